"""Is this the same person? One answer for one new contact and for the whole book, with its reasons.

`person` puts a contact's values in order, `keys` names who is worth comparing, `score` weighs a pair, field by field,
and says whether it is suggested to people or certain enough for a merge of its own accord.
"""
