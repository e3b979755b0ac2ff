"""OpenReview: notes, venues and the login of the user's own account.

`OpenReview` asks (API v1 and v2), `parse` reads notes without any network, `errors` names each kind of refusal.
"""
