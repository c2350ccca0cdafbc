"""Every limit of the API, in one place."""

from datetime import timedelta

BODY_BYTES = 512 * 1024
MESSAGE_BYTES = 32 * 1024
BATCH_MESSAGES = 100
LOOKUPS = 100

EVENT_NAME_LENGTH = 200
ID_LENGTH = 255
OBJECT_KEYS = 255
# A trait's name is part of a key in Postgres, whose size is bounded.
TRAIT_NAME_LENGTH = 255
DEPTH = 8

CLOCK_TOLERANCE = timedelta(minutes=5)
MAX_AGE_PUBLISHABLE = timedelta(days=30)
MAX_AGE_SECRET = timedelta(days=5 * 365 + 1)

MESSAGES_PER_MINUTE = 240
# Batches that come steadily can put 247 messages into one minute and 228 into the next.
MESSAGES_IN_ANY_MINUTE = 264
MESSAGES_PER_MINUTE_AND_ADDRESS = 120
# Of a workspace's test mails, which bypass its caps, and of its links to pay, each a call of an API that all share.
TEST_MAILS_PER_MINUTE = 5
BILLING_LINKS_PER_MINUTE = 5
DELETIONS_PER_MINUTE = 5
# Requests for exports, and looks at how far one is, of a workspace.
EXPORT_CALLS_PER_MINUTE = 20
# What one key or member may ask for of contacts.
CONTACT_CALLS_PER_MINUTE = 60
# Mails in 24 hours to people who are invited, strangers maybe: by a workspace, by an owner, to an address.
INVITATION_MAILS_PER_WORKSPACE = 20
INVITATION_MAILS_PER_INVITER = 20
INVITATION_MAILS_PER_ADDRESS = 3
