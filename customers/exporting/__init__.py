"""Lists out of the book (REQUIREMENTS C7): what the import reads back is what stands in them.

`columns` says what stands in a row, `sheets` writes rows as CSV or Excel piece by piece, `taking` puts a download
together and on the record. Headings are the import's own, whatever language their reader speaks: a list that goes out
comes in again. Customers, vehicles and deals are three lists; the last two name their customer in each row.
"""
