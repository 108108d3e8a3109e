"""Customers from an office's list (REQUIREMENTS C7): read, check, show, and only then save.

The rows stand in a table while they are worked on, and `slices` says which step is next, a thousand rows a transaction:
`staging` (by `reading`, `workbook` and `columns`) keeps them as they are, `parsing` (by `records` and `values`) tells
what each says, `checking` who it is, beside the rows above and the book, `referring` who referred whom and who drives
whose car (`naming` finds whom a cell means); `saving` writes them (by `filling` and `writing`), `undoing` takes them
back. What is known beside the entry, facts, family and consents, has its own: `beside` tells what its cells say,
`gaining` adds it, `giving_back` takes it back. `uploads` has the verbs of the pages, `at_once` those of the command,
`report` the counts.

What holds:
- The first row with a phone number or a code wins; a later row with the same code, or with the same number under
  another code, is a duplicate: not saved, shown beside the other one. A row without a code is the customer of the
  same name and number, mail or address. A further row of the same customer with another car or deal is no duplicate.
- Nobody was sent by those whom they sent: the last row of such a circle names nobody (`circles`).
- A row for a known customer fills and changes what it says and blanks nothing. Numbers and mails are added, a refused
  channel is never allowed again, the person in charge is only filled in where there is none, the note only grows. What
  stands beside the entry is not doubled, and what was ended or taken out there is not brought back. A rank set by hand
  stays; another one is a line of the ranks' history.
- A value that makes no sense is left out, kept in the note word by word, and listed.
"""
