from django.db import migrations

CHASSIS_NUMBERS = r"""
UPDATE customers_customer AS customer SET search = customer.search || E'\n' || missing.words
FROM (
    SELECT owner.id, string_agg(DISTINCT car.word, E'\n') AS words
    FROM (
        SELECT customer_id,
            lower(regexp_replace(normalize(chassis_number, NFKC), '[[:space:]‐‑–—―−・·-]', '', 'g')) AS word
        FROM customers_vehicle WHERE chassis_number <> ''
    ) AS car
    JOIN customers_customer AS owner ON owner.id = car.customer_id
    WHERE car.word <> '' AND position(car.word IN owner.search) = 0
    GROUP BY owner.id
) AS missing
WHERE missing.id = customer.id
"""
"""Folded as customers.text.fold folds what is in chassis numbers."""


class Migration(migrations.Migration):
    """Who came into the book before cars were found by their chassis number is found by it, too."""

    dependencies = [("customers", "0019_retention")]

    operations = [migrations.RunSQL(CHASSIS_NUMBERS, migrations.RunSQL.noop, elidable=True)]
