"""Customers from an office's list (REQUIREMENTS C7): read, check, show, and only then save.

`reading` makes rows of bytes, `columns` knows what a heading means, `values` what a cell means, `records` makes one
customer of one row, `checking` compares them with the store and gives a plan, `saving` writes the plan in sets.

What holds:
- The first row with a phone number or a code wins; a later row with the same code, or with the same number under
  another code, is a duplicate: not saved, shown beside the other one. A row without a code is the customer of the
  same name and number, mail or address.
- A row for a known customer fills and changes what it says and blanks nothing. Numbers and mails are added, a refused
  channel is never allowed again, the person in charge is only filled in where there is none, the note only grows.
- A value that makes no sense is left out, kept in the note word by word, and listed.
"""
