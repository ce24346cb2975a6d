-- The first schema. Portable words: BIGINT, TEXT, BYTES; CLUSTERED after a table whose rows lie in the
-- order of their key, HEAP after one whose rows do not; APPEND_ONLY before a table whose rows stay as they were
-- written. dialect.rs says what each engine makes of them.
--
-- Every table that grows begins its key with the partition or bucket (0..255), so that it can be
-- distributed by it; on SQLite dialect.rs moves it to the end of the key. Times are microseconds since 1970 UTC, money is fen. No sequences, no foreign
-- keys between distributed tables.

-- Locked by whoever decides about one; hands out its sequence numbers.
CREATE TABLE partition (
    partition BIGINT NOT NULL PRIMARY KEY,
    next_seq BIGINT NOT NULL
) CLUSTERED;

INSERT INTO partition (partition, next_seq)
WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n < 255)
SELECT n, 1 FROM part;

-- The places of the processes that work on this database; one without a name is free.
CREATE TABLE process (
    number BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    name TEXT,
    kind BIGINT NOT NULL,
    address TEXT,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    schema BIGINT NOT NULL
) CLUSTERED;

INSERT INTO process (number, epoch, kind, started_at, lease_until, last_ms, batch, schema)
WITH RECURSIVE part(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n < 127)
SELECT n, 0, 0, 0, 0, 0, 0, 0 FROM part;

CREATE TABLE serial (
    partition BIGINT NOT NULL,
    series TEXT NOT NULL,
    next BIGINT NOT NULL CHECK (0 < next),
    PRIMARY KEY (partition, series)
) CLUSTERED;

CREATE TABLE message (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    kind TEXT,
    guid TEXT,
    sender TEXT,
    origin TEXT NOT NULL,
    digest BYTES NOT NULL,
    documents BIGINT NOT NULL,
    state BIGINT NOT NULL,
    verdict BYTES,
    bundle BIGINT NOT NULL,
    start BIGINT NOT NULL CHECK (0 <= start),
    length BIGINT NOT NULL CHECK (0 <= length),
    PRIMARY KEY (partition, message_id)
) CLUSTERED;

-- The bytes of messages that were committed together. A heap: bodies of kilobytes would spill onto pages
-- of their own in a clustered table.
CREATE TABLE message_bundle (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    period TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, message_id)
) HEAP;

-- What a key of the ring still seals: counted before it is retired, and found when it is sealed anew.
CREATE INDEX message_bundle_key ON message_bundle (key_id, period, message_id);

CREATE TABLE inbox (
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    payload BYTES NOT NULL,
    PRIMARY KEY (partition, seq)
) CLUSTERED;

CREATE TABLE held (
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (partition, seq)
) CLUSTERED;

CREATE TABLE document (
    partition BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    kind BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    guid TEXT NOT NULL,
    app_time BIGINT NOT NULL,
    content_digest BYTES NOT NULL,
    state BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, order_no, kind, party_id, number)
) CLUSTERED;

-- What waits for an officer; every other document costs nothing.
CREATE INDEX document_pending ON document (app_time, number) WHERE state = 5;

CREATE TABLE waiting (
    partition BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    party_id BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (partition, order_no, party_id, declaration_id)
) CLUSTERED;

CREATE INDEX waiting_expiry ON waiting (expires_at);

CREATE TABLE declaration (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    declarant_id BIGINT NOT NULL,
    office TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    invt_no TEXT,
    reference TEXT,
    state BIGINT NOT NULL,
    queue BIGINT,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id)
) CLUSTERED;

CREATE TABLE export_declaration (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    merchant_id BIGINT NOT NULL,
    declarant_id BIGINT NOT NULL,
    office TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    invt_no TEXT,
    reference TEXT NOT NULL,
    state BIGINT NOT NULL,
    queue BIGINT,
    released_at BIGINT,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id)
) CLUSTERED;

-- What is released and has not left, the longest first.
CREATE INDEX export_declaration_released ON export_declaration (released_at, declaration_id) WHERE released_at IS NOT NULL;

CREATE INDEX export_declaration_queue ON export_declaration (queue, declaration_id) WHERE queue IS NOT NULL;

-- Cancellations, returns and consolidations name an export by its number alone. An office's numbers grow.
CREATE INDEX export_declaration_number ON export_declaration (invt_no) WHERE invt_no IS NOT NULL;

-- Returns lie behind the export declaration of which goods come back.
CREATE TABLE export_return (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (0 < n),
    merchant_id BIGINT NOT NULL,
    declarant_id BIGINT NOT NULL,
    office TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    invt_no TEXT NOT NULL,
    reference TEXT NOT NULL,
    state BIGINT NOT NULL,
    queue BIGINT,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id, n)
) CLUSTERED;

CREATE INDEX export_return_queue ON export_return (queue, declaration_id, n) WHERE queue IS NOT NULL;

-- Where requests and tallies meet that name the same parcel.
CREATE TABLE return_parcel (
    bucket BIGINT NOT NULL,
    carrier_id BIGINT NOT NULL,
    waybill_no TEXT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, carrier_id, waybill_no)
) CLUSTERED;

CREATE TABLE transit (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    seal TEXT NOT NULL,
    vehicle TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id)
) CLUSTERED;

-- One seal closes a vehicle with many parcels.
CREATE INDEX transit_seal ON transit (seal, declaration_id);
CREATE INDEX transit_vehicle ON transit (vehicle, declaration_id);

-- What left the country, of each merchant in order of departure: what consolidation and statistics read.
CREATE TABLE closed_export (
    bucket BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    departed_at BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    office TEXT NOT NULL,
    simplified BIGINT NOT NULL CHECK (simplified IN (0, 1)),
    returned BIGINT NOT NULL CHECK (returned IN (0, 1)),
    returns BIGINT NOT NULL CHECK (0 <= returns),
    entry_id TEXT,
    PRIMARY KEY (bucket, merchant_id, departed_at, declaration_id)
) CLUSTERED;

CREATE TABLE consolidation (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    reference TEXT NOT NULL,
    sum_no TEXT NOT NULL,
    open BIGINT CHECK (open = 1),
    accepted_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, party_id, reference)
) CLUSTERED;

CREATE INDEX consolidation_open ON consolidation (accepted_at) WHERE open IS NOT NULL;

-- Both grow with time, so that what came last is found first.
CREATE INDEX consolidation_number ON consolidation (party_id, sum_no);

-- The numbers that a part of a request names: a heap, for they may be many.
CREATE TABLE consolidation_part (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    reference TEXT NOT NULL,
    part BIGINT NOT NULL CHECK (0 < part),
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, party_id, reference, part)
) HEAP;

-- A heap: with the lines that it was made of, a formal declaration may be long.
CREATE TABLE formal_declaration (
    bucket BIGINT NOT NULL,
    entry_id TEXT NOT NULL,
    merchant_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, entry_id)
) HEAP;

-- An office's begin with its own digits.
CREATE INDEX formal_declaration_number ON formal_declaration (entry_id);

CREATE TABLE export_summary (
    bucket BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    month TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, merchant_id, month)
) CLUSTERED;

-- Partial, so that released parcels cost nothing.
CREATE INDEX declaration_queue ON declaration (queue, declaration_id) WHERE queue IS NOT NULL;

-- Returns of imported goods, beside their declarations.
CREATE TABLE import_return (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    return_id BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    declarant_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    office TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    state BIGINT NOT NULL,
    open BIGINT NOT NULL CHECK (open IN (0, 1)),
    late_from BIGINT,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id, return_id)
) CLUSTERED;

CREATE INDEX import_return_open ON import_return (return_id) WHERE open = 1;

-- An officer has nothing but the number of the request; returns are few beside parcels.
CREATE INDEX import_return_number ON import_return (number);

CREATE INDEX import_return_late ON import_return (late_from) WHERE late_from IS NOT NULL;

CREATE TABLE claim (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    partition BIGINT,
    order_no TEXT,
    declaration_id BIGINT,
    claimed_at BIGINT NOT NULL,
    parked BIGINT NOT NULL CHECK (parked IN (0, 1)),
    arrived_at BIGINT,
    quarantine BIGINT CHECK (quarantine BETWEEN 1 AND 3),
    bill_no TEXT,
    body BYTES,
    entered_office TEXT,
    entered_bill TEXT,
    PRIMARY KEY (bucket, kind, party_id, number)
) CLUSTERED;

-- What waits for quarantine; a parcel that was not selected costs nothing.
CREATE INDEX claim_quarantine ON claim (claimed_at, number) WHERE quarantine = 1;

-- An arrival may name a bill instead of its parcels, and a facility compares a bill's waybills with what
-- entered. Bills and their parcels grow together.
CREATE INDEX claim_bill ON claim (bill_no, party_id) WHERE bill_no IS NOT NULL;

-- What entered undeclared is listed.

CREATE INDEX claim_entered ON claim (entered_bill) WHERE entered_bill IS NOT NULL;

CREATE TABLE allowance (
    bucket BIGINT NOT NULL,
    person BYTES NOT NULL,
    year BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (0 <= reserved),
    used BIGINT NOT NULL CHECK (0 <= used),
    PRIMARY KEY (bucket, person, year)
) CLUSTERED;

-- Trillionths of a kilogram, litre, piece or sheet, as `measure` says.
CREATE TABLE quantity_allowance (
    bucket BIGINT NOT NULL,
    person BYTES NOT NULL,
    year BIGINT NOT NULL,
    line TEXT NOT NULL,
    measure BIGINT NOT NULL CHECK (measure BETWEEN 1 AND 4),
    reserved BIGINT NOT NULL CHECK (0 <= reserved),
    used BIGINT NOT NULL CHECK (0 <= used),
    PRIMARY KEY (bucket, person, year, line, measure)
) CLUSTERED;

CREATE TABLE guarantee (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    granted BIGINT NOT NULL CHECK (0 <= granted),
    queued BIGINT NOT NULL CHECK (0 <= queued),
    held BIGINT NOT NULL CHECK (0 <= held),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    reference TEXT,
    suspended BIGINT NOT NULL CHECK (suspended IN (0, 1)),
    PRIMARY KEY (bucket, party_id),
    CHECK (0 <= granted - held)
) CLUSTERED;

-- Officers list them by guarantor. Batches change none of it.
CREATE INDEX guarantee_party ON guarantee (party_id);

-- What was set aside of a guarantee for one process, by its place: it holds against that without meeting the others.
-- `held` of the guarantee counts it as held.
CREATE TABLE guarantee_slice (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    place BIGINT NOT NULL CHECK (place BETWEEN 0 AND 127),
    free BIGINT NOT NULL CHECK (0 <= free),
    PRIMARY KEY (bucket, party_id, place)
) CLUSTERED;

-- What was held of each guarantee (1) and given back (2): made from the postings by a follower, beside clearing,
-- and made anew by a command. Clearing itself never reads it.
CREATE TABLE guarantee_movement (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    kind BIGINT NOT NULL CHECK (kind IN (1, 2)),
    amount BIGINT NOT NULL CHECK (0 < amount),
    PRIMARY KEY (bucket, party_id, at, seq, declaration_id)
) CLUSTERED;

CREATE TABLE account_book (
    bucket BIGINT NOT NULL,
    book TEXT NOT NULL,
    holder_id BIGINT NOT NULL,
    office TEXT NOT NULL,
    zone TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (bucket, book)
) CLUSTERED;

-- Hundred-thousandths of the item's unit.
CREATE TABLE bonded_stock (
    bucket BIGINT NOT NULL,
    book TEXT NOT NULL,
    item TEXT NOT NULL,
    on_hand BIGINT NOT NULL CHECK (0 <= on_hand),
    held BIGINT NOT NULL CHECK (0 <= held),
    moved BIGINT NOT NULL CHECK (0 <= moved),
    moved_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, book, item),
    CHECK (0 <= on_hand - held)
) CLUSTERED;

CREATE TABLE bonded_list (
    bucket BIGINT NOT NULL,
    book TEXT NOT NULL,
    number TEXT NOT NULL,
    state BIGINT NOT NULL,
    gate_pass TEXT,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, book, number)
) CLUSTERED;

CREATE INDEX bonded_list_number ON bonded_list (number);

CREATE TABLE gate_pass (
    bucket BIGINT NOT NULL,
    number TEXT NOT NULL,
    state BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, number)
) CLUSTERED;

-- Which bonded list (1) or gate pass (2) an enterprise's own number names.
CREATE TABLE zone_reference (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    holder_id BIGINT NOT NULL,
    reference TEXT NOT NULL,
    book TEXT,
    number TEXT NOT NULL,
    PRIMARY KEY (bucket, kind, holder_id, reference)
) CLUSTERED;

-- Lists and gate passes of which their enterprise has to be told something.
CREATE TABLE zone_news (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    number TEXT NOT NULL,
    holder_id BIGINT NOT NULL,
    book TEXT,
    PRIMARY KEY (bucket, kind, number)
) CLUSTERED;

-- Audit events of what officers do with bonded lists (1) and gate passes (2), numbered under the lock of their
-- row: no counter of their own. `book` is empty for a gate pass.
CREATE TABLE zone_event (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    book TEXT NOT NULL,
    number TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (0 < n),
    at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (bucket, kind, book, number, n)
) CLUSTERED;

APPEND_ONLY zone_event;

CREATE TABLE stock_movement (
    bucket BIGINT NOT NULL,
    book TEXT NOT NULL,
    item TEXT NOT NULL,
    n BIGINT NOT NULL CHECK (0 < n),
    kind BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (0 < quantity),
    at BIGINT NOT NULL,
    document TEXT NOT NULL,
    declaration_id BIGINT,
    officer TEXT,
    reason TEXT,
    PRIMARY KEY (bucket, book, item, n)
) CLUSTERED;

CREATE TABLE response (
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    response_id BIGINT NOT NULL,
    mailbox TEXT,
    kind BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, seq)
) CLUSTERED;

CREATE TABLE mailbox (
    dxp_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sent_digest BYTES,
    renderer BIGINT,
    sent_at BIGINT,
    PRIMARY KEY (dxp_id, n)
) CLUSTERED;

-- The messages that a mailbox sent, as far as they were answered into it; their ids ascend with time.
CREATE TABLE sent_message (
    dxp_id TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (dxp_id, message_id)
) CLUSTERED;

-- How far the owner of a mailbox has said that it has read.
CREATE TABLE mail_read (
    dxp_id TEXT NOT NULL PRIMARY KEY,
    n BIGINT NOT NULL CHECK (0 <= n),
    at BIGINT NOT NULL
) CLUSTERED;

CREATE TABLE cursor (
    consumer TEXT NOT NULL,
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (consumer, partition)
) CLUSTERED;

CREATE TABLE tax_bill (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    tax_no TEXT NOT NULL,
    status BIGINT NOT NULL,
    duty BIGINT NOT NULL CHECK (0 <= duty),
    consumption_tax BIGINT NOT NULL CHECK (0 <= consumption_tax),
    vat BIGINT NOT NULL CHECK (0 <= vat),
    at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id, n)
) CLUSTERED;

CREATE TABLE posting (
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (0 < amount),
    declaration_id BIGINT NOT NULL,
    PRIMARY KEY (partition, seq, n)
) CLUSTERED;

APPEND_ONLY posting;

CREATE TABLE event (
    partition BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, seq)
) CLUSTERED;

APPEND_ONLY event;

-- What each party sees of its parcels: made from the declarations by a follower of the events, beside clearing,
-- and made anew by a command. Clearing itself never reads it.
CREATE TABLE party_parcel (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    direction BIGINT NOT NULL CHECK (direction IN (1, 2)),
    office TEXT NOT NULL,
    state BIGINT NOT NULL,
    merchant_id BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    waybill_no TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    invt_no TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, party_id, declaration_id)
) CLUSTERED;

CREATE INDEX party_parcel_state ON party_parcel (party_id, state, declaration_id);

CREATE INDEX party_parcel_order ON party_parcel (party_id, order_no, declaration_id);

CREATE INDEX party_parcel_waybill ON party_parcel (party_id, waybill_no, declaration_id);

-- What each office finds in its list: one row for each declaration that is lodged there, kept and made anew with the
-- lists of the parties.
CREATE TABLE office_parcel (
    office TEXT NOT NULL,
    declaration_id BIGINT NOT NULL,
    direction BIGINT NOT NULL CHECK (direction IN (1, 2)),
    state BIGINT NOT NULL,
    PRIMARY KEY (office, declaration_id)
) CLUSTERED;

CREATE INDEX office_parcel_state ON office_parcel (office, state, declaration_id);

-- What buyers (1), merchants (2) and addresses (3) have been in before, persons by their marks: kept and made anew with
-- the lists of the parties.
CREATE TABLE past_declaration (
    bucket BIGINT NOT NULL,
    kind BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
    whose BYTES NOT NULL,
    declaration_id BIGINT NOT NULL,
    outcome BIGINT NOT NULL,
    dutiable BIGINT,
    other BYTES,
    PRIMARY KEY (bucket, kind, whose, declaration_id)
) CLUSTERED;

-- Declarations whose examination found something, whatever became of them.
CREATE TABLE examination_finding (
    declaration_id BIGINT NOT NULL PRIMARY KEY
) CLUSTERED;

-- What was asked about parcels: returns of imports (1) and of exports (2), cancellations (3).
CREATE TABLE party_request (
    bucket BIGINT NOT NULL,
    party_id BIGINT NOT NULL,
    kind BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (0 <= n),
    PRIMARY KEY (bucket, party_id, kind, declaration_id, n)
) CLUSTERED;

CREATE TABLE party (
    party_id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    roles BIGINT NOT NULL,
    suspended BIGINT NOT NULL CHECK (suspended IN (0, 1)),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    mailbox TEXT,
    payment_url TEXT
) HEAP;

-- Supervised places, and who runs them.
CREATE TABLE supervised_place (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT,
    office TEXT NOT NULL,
    operator_id BIGINT NOT NULL REFERENCES party (party_id),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
) HEAP;

CREATE TABLE access_key (
    digest BYTES NOT NULL PRIMARY KEY,
    is_certificate BIGINT NOT NULL CHECK (is_certificate IN (0, 1)),
    mailbox TEXT NOT NULL,
    purpose TEXT NOT NULL,
    scopes TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    withdrawn_at BIGINT
) CLUSTERED;

CREATE TABLE party_code (
    code TEXT NOT NULL PRIMARY KEY,
    party_id BIGINT NOT NULL REFERENCES party (party_id),
    place BIGINT NOT NULL
) CLUSTERED;

CREATE INDEX party_code_party ON party_code (party_id, place);

CREATE TABLE certificate (
    party_id BIGINT NOT NULL REFERENCES party (party_id),
    digest BYTES NOT NULL,
    der BYTES NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    revoked BIGINT NOT NULL CHECK (revoked IN (0, 1)),
    delegate BIGINT NOT NULL CHECK (delegate IN (0, 1)),
    PRIMARY KEY (party_id, digest)
) CLUSTERED;

-- Who signs a message is one party; whom parties charge with declaring may be charged by many.
CREATE UNIQUE INDEX certificate_own ON certificate (digest) WHERE delegate = 0;

-- What enterprises file, counted as it comes, under the lock of the revision of `filings`. `status` tells
-- nothing of expiry, which is a matter of the day.
CREATE TABLE filing (
    filing_id BIGINT NOT NULL PRIMARY KEY,
    party_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    waits BIGINT CHECK (waits = 1),
    office TEXT,
    valid_to BIGINT,
    filed_by TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    body BYTES NOT NULL
) CLUSTERED;

CREATE INDEX filing_party ON filing (party_id, filing_id);

CREATE INDEX filing_subject ON filing (party_id, kind, subject, filing_id);

CREATE INDEX filing_waits ON filing (filing_id) WHERE waits IS NOT NULL;

-- Goods that were approved, or imported by command.
CREATE TABLE registered_goods (
    party_id BIGINT NOT NULL,
    item_no TEXT NOT NULL,
    hs_code TEXT NOT NULL,
    name TEXT NOT NULL,
    suspended BIGINT NOT NULL CHECK (suspended IN (0, 1)),
    valid_to BIGINT,
    filing_id BIGINT,
    changed_at BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (party_id, item_no)
) CLUSTERED;

CREATE TABLE setting (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) CLUSTERED;

CREATE TABLE code_row (
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    row_json TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (table_name, key, valid_from)
) CLUSTERED;

CREATE TABLE revision (
    name TEXT NOT NULL PRIMARY KEY,
    n BIGINT NOT NULL
) CLUSTERED;

INSERT INTO revision (name, n) VALUES
    ('registry', 0), ('settings', 0), ('codes', 0), ('people', 0), ('unmasking', 0),
    ('filings', 0), ('evidence', 0), ('pictures', 0), ('decisions', 0), ('casework', 0),
    ('webhooks', 0), ('bonded', 0), ('service', 0), ('keys', 0), ('passages', 0);

-- That this database is being moved to a server, or was, or is filled from another one.
CREATE TABLE transfer (
    mark BYTES NOT NULL PRIMARY KEY,
    standing BIGINT NOT NULL CHECK (standing BETWEEN 1 AND 3),
    at BIGINT NOT NULL
) CLUSTERED;

-- How far each table has come here.
CREATE TABLE transfer_table (
    name TEXT NOT NULL PRIMARY KEY,
    moved BIGINT NOT NULL CHECK (0 <= moved),
    behind BYTES
) CLUSTERED;

-- Audit events of changes of these, numbered by the revision that a change makes: no counter of its own.
CREATE TABLE register_event (
    register TEXT NOT NULL,
    revision BIGINT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    also_who TEXT,
    record TEXT NOT NULL,
    subject TEXT NOT NULL,
    version BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (register, revision, n)
) CLUSTERED;

-- What an audit asks for, each newest first. Nothing that clears a parcel writes here.
CREATE INDEX register_event_time ON register_event (at, register, revision, n);
CREATE INDEX register_event_register ON register_event (register, at, revision, n);
CREATE INDEX register_event_who ON register_event (who, at, register, revision, n);
CREATE INDEX register_event_also_who ON register_event (also_who, at, register, revision, n) WHERE also_who IS NOT NULL;
CREATE INDEX register_event_record ON register_event (record, at, register, revision, n);

APPEND_ONLY register_event;

-- Whose events they are: an office reads its own in the audit.
CREATE TABLE register_event_office (
    office TEXT NOT NULL,
    at BIGINT NOT NULL,
    register TEXT NOT NULL,
    revision BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (office, at, register, revision, n)
) CLUSTERED;

APPEND_ONLY register_event_office;

CREATE TABLE person (
    sign_in TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation TEXT NOT NULL,
    password TEXT,
    totp BYTES,
    totp_step BIGINT NOT NULL,
    passkeys BIGINT NOT NULL CHECK (passkeys >= 0),
    accounts BIGINT NOT NULL CHECK (accounts >= 0),
    failures BIGINT NOT NULL,
    locked_until BIGINT,
    disabled BIGINT NOT NULL CHECK (disabled IN (0, 1)),
    added_at BIGINT NOT NULL
) CLUSTERED;

CREATE INDEX person_organisation ON person (organisation, sign_in);

CREATE TABLE session (
    digest BYTES NOT NULL PRIMARY KEY,
    sign_in TEXT NOT NULL REFERENCES person (sign_in),
    form_token TEXT NOT NULL,
    is_strong BIGINT NOT NULL CHECK (is_strong IN (0, 1)),
    provider TEXT,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) CLUSTERED;

CREATE INDEX session_person ON session (sign_in);

CREATE TABLE passkey (
    digest BYTES NOT NULL PRIMARY KEY,
    sign_in TEXT NOT NULL REFERENCES person (sign_in),
    credential BYTES NOT NULL,
    name TEXT NOT NULL,
    public_key BYTES NOT NULL,
    algorithm BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    challenge_at BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT
) CLUSTERED;

CREATE INDEX passkey_person ON passkey (sign_in);

-- Accounts that people have at providers of identity, and sign in by.
CREATE TABLE provider_account (
    digest BYTES NOT NULL PRIMARY KEY,
    sign_in TEXT NOT NULL REFERENCES person (sign_in),
    provider TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    used_at BIGINT
) CLUSTERED;

CREATE INDEX provider_account_person ON provider_account (sign_in);

-- Answers of providers that were taken, until they are too old to be taken again.
CREATE TABLE provider_answer (
    digest BYTES NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
) CLUSTERED;

CREATE INDEX provider_answer_end ON provider_answer (expires_at);

-- Filters of lists that somebody keeps under a name.
CREATE TABLE saved_view (
    sign_in TEXT NOT NULL REFERENCES person (sign_in),
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (sign_in, name)
) CLUSTERED;

CREATE TABLE invitation (
    digest BYTES NOT NULL PRIMARY KEY,
    sign_in TEXT NOT NULL REFERENCES person (sign_in),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) CLUSTERED;

CREATE TABLE data_key (
    period TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    wrapped BYTES NOT NULL,
    PRIMARY KEY (period, key_id)
) CLUSTERED;

-- The keys of the ring, without themselves: those stand in the key file alone.
CREATE TABLE sealing_key (
    key_id BIGINT NOT NULL PRIMARY KEY,
    cipher TEXT NOT NULL,
    marks_id BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    seals BIGINT NOT NULL CHECK (seals IN (0, 1)),
    seals_since BIGINT,
    retired_at BIGINT,
    CHECK (seals = 0 OR retired_at IS NULL)
) CLUSTERED;

CREATE UNIQUE INDEX sealing_key_seals ON sealing_key (seals) WHERE seals = 1;

-- Addresses that a mailbox's messages are pushed to. Secrets are sealed.
CREATE TABLE webhook (
    number BIGINT NOT NULL PRIMARY KEY,
    mailbox TEXT NOT NULL,
    url TEXT NOT NULL,
    message_types TEXT NOT NULL,
    secret BYTES NOT NULL,
    earlier_secret BYTES,
    earlier_until BIGINT,
    created_at BIGINT NOT NULL,
    paused_at BIGINT,
    gone_at BIGINT,
    n BIGINT NOT NULL CHECK (n >= 0),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    failing_since BIGINT,
    next_attempt_at BIGINT,
    failure TEXT,
    holder BIGINT,
    held_until BIGINT
) CLUSTERED;

CREATE INDEX webhook_mailbox ON webhook (mailbox, number);

CREATE TABLE webhook_dead (
    webhook BIGINT NOT NULL,
    n BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failing_since BIGINT NOT NULL,
    given_up_at BIGINT NOT NULL,
    failure TEXT NOT NULL,
    PRIMARY KEY (webhook, n)
) CLUSTERED;

-- The outbox to another window. A row is written with the message itself.
CREATE TABLE relay_message (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    documents BIGINT NOT NULL,
    state BIGINT NOT NULL,
    taken_at BIGINT NOT NULL,
    due_since BIGINT NOT NULL,
    attempts BIGINT NOT NULL CHECK (0 <= attempts),
    next_attempt_at BIGINT,
    failure TEXT,
    ended_at BIGINT,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, message_id)
) CLUSTERED;

CREATE INDEX relay_message_state ON relay_message (state, seq);

CREATE TABLE relay_document (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, message_id, ordinal)
) CLUSTERED;

-- By which numbers answers from upstream name documents, and by which they are known themselves.
CREATE TABLE relay_handle (
    bucket BIGINT NOT NULL,
    handle TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    PRIMARY KEY (bucket, handle, message_id, ordinal)
) CLUSTERED;

-- What is relayed, as parties, offices and whoever reaches everything find it.
CREATE TABLE relayed_parcel (
    bucket BIGINT NOT NULL,
    reader TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    kind TEXT NOT NULL,
    office TEXT NOT NULL,
    order_no TEXT NOT NULL,
    waybill_no TEXT NOT NULL,
    reference TEXT NOT NULL,
    pre_no TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (bucket, reader, message_id, ordinal)
) CLUSTERED;

-- What upstream has said of a document: without its words, which lie in the message.
CREATE TABLE relay_answer (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    answer_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    kind TEXT NOT NULL,
    status BIGINT,
    number TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (partition, message_id, ordinal, answer_id, n)
) CLUSTERED;

CREATE TABLE relay_stray (
    partition BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (partition, message_id)
) CLUSTERED;

-- Messages of other windows that relay to this one, by their numbers there.
CREATE TABLE window_message (
    bucket BIGINT NOT NULL,
    sender TEXT NOT NULL,
    number TEXT NOT NULL,
    message_id BIGINT NOT NULL,
    PRIMARY KEY (bucket, sender, number)
) CLUSTERED;

-- Who works on a declaration; one that lapsed stays until somebody else takes the case on.
CREATE TABLE assignment (
    declaration_id BIGINT NOT NULL PRIMARY KEY,
    officer TEXT NOT NULL,
    name TEXT NOT NULL,
    taken_at BIGINT NOT NULL
) CLUSTERED;

CREATE INDEX assignment_officer ON assignment (officer, taken_at);

-- Decisions that need a second officer. Answered ones stay.
CREATE TABLE proposal (
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    office TEXT NOT NULL,
    ruling TEXT NOT NULL,
    reason TEXT NOT NULL,
    officer TEXT NOT NULL,
    status BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    refusal TEXT,
    PRIMARY KEY (declaration_id, n)
) CLUSTERED;

CREATE INDEX proposal_open ON proposal (proposed_at, declaration_id) WHERE answered_by IS NULL;

-- Pictures of examinations, counted under the lock of the revision of `pictures`; their bytes, sealed, apart.
CREATE TABLE picture (
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    format BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    digest BYTES NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (declaration_id, n)
) CLUSTERED;

CREATE TABLE picture_body (
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    period TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (declaration_id, n)
) HEAP;

CREATE INDEX picture_body_key ON picture_body (key_id, period, declaration_id, n);

-- What passed the gates of supervised places; the number is the revision of its register.
CREATE TABLE passage (
    n BIGINT NOT NULL PRIMARY KEY,
    place TEXT NOT NULL,
    at BIGINT NOT NULL,
    is_out BIGINT NOT NULL CHECK (is_out IN (0, 1)),
    number TEXT NOT NULL,
    gate_pass TEXT,
    parcels BIGINT NOT NULL CHECK (parcels >= 0),
    who TEXT NOT NULL
) HEAP;

CREATE INDEX passage_place ON passage (place, n);
CREATE INDEX passage_gate_pass ON passage (gate_pass, n) WHERE gate_pass IS NOT NULL;

APPEND_ONLY passage;

CREATE TABLE passage_parcel (
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (declaration_id, n)
) CLUSTERED;

APPEND_ONLY passage_parcel;

-- Requests to see the persons of many declarations, which need a second officer. Answered ones stay.
CREATE TABLE unmasking (
    number BIGINT NOT NULL PRIMARY KEY,
    office TEXT NOT NULL,
    declarations TEXT NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    officer TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    refusal TEXT,
    seen_at BIGINT
) CLUSTERED;

CREATE INDEX unmasking_office ON unmasking (office, number);

-- What platforms are asked for of payments. Done ones stay; next_at is there only while something is to be done.
CREATE TABLE evidence_demand (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL CHECK (0 <= n),
    office TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    order_no TEXT NOT NULL,
    officer TEXT,
    reason TEXT,
    demanded_at BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    state BIGINT NOT NULL,
    session TEXT,
    answer_by BIGINT,
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    agreed_at BIGINT,
    failure TEXT,
    uploaded_at BIGINT,
    digest BYTES,
    certificate BYTES,
    findings BIGINT,
    body BYTES,
    PRIMARY KEY (partition, declaration_id, n)
) CLUSTERED;

CREATE INDEX evidence_demand_session ON evidence_demand (session) WHERE session IS NOT NULL;

CREATE INDEX evidence_demand_due ON evidence_demand (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX evidence_demand_office ON evidence_demand (office, demanded_at, declaration_id, n);

CREATE INDEX evidence_demand_found ON evidence_demand (office, demanded_at, declaration_id, n) WHERE findings > 0;

-- What they uploaded, sealed. A heap, as message_bundle is.
CREATE TABLE evidence_upload (
    partition BIGINT NOT NULL,
    declaration_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    period TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (partition, declaration_id, n)
) HEAP;

CREATE INDEX evidence_upload_key ON evidence_upload (key_id, period, declaration_id, n);

-- Changes of parameters that one proposes and another approves. Answered ones stay.
CREATE TABLE parameter_proposal (
    n BIGINT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT,
    before TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    refusal TEXT,
    done_at BIGINT,
    PRIMARY KEY (n)
) CLUSTERED;

CREATE INDEX parameter_proposal_open ON parameter_proposal (n) WHERE done_at IS NULL AND refusal IS NULL;

-- Changes of guarantees that one proposes and another approves: what is to hold, and what held. Answered ones stay.
CREATE TABLE guarantee_proposal (
    n BIGINT NOT NULL PRIMARY KEY,
    party_id BIGINT NOT NULL,
    granted BIGINT NOT NULL CHECK (0 <= granted),
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    reference TEXT,
    suspended BIGINT NOT NULL CHECK (suspended IN (0, 1)),
    was_granted BIGINT NOT NULL,
    was_valid_from BIGINT NOT NULL,
    was_valid_to BIGINT,
    was_reference TEXT,
    was_suspended BIGINT NOT NULL CHECK (was_suspended IN (0, 1)),
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by TEXT,
    answered_at BIGINT,
    refusal TEXT
) CLUSTERED;

-- One of a guarantee is open at a time.
CREATE UNIQUE INDEX guarantee_proposal_open ON guarantee_proposal (party_id) WHERE answered_by IS NULL;

CREATE INDEX guarantee_proposal_party ON guarantee_proposal (party_id, n);

-- How many declarations were told what, by hour and office. Kept by the follower of the parties' lists.
CREATE TABLE figure (
    hour BIGINT NOT NULL,
    office TEXT NOT NULL,
    direction BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (hour, office, direction, kind)
) CLUSTERED;

-- How many documents were refused for what, by slots of ten minutes, for a day. Kept by the distributor.
CREATE TABLE refusal (
    slot BIGINT NOT NULL,
    message BIGINT NOT NULL,
    code TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (slot, message, code)
) CLUSTERED;

-- Requests of the JSON interface that were answered, by the client and the key that it gave, for a day. Whoever acts
-- on one renews its lease; one without an answer whose lease has ended was held by a process that died.
CREATE TABLE answered_request (
    client TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BYTES NOT NULL,
    begun_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    answer BYTES,
    PRIMARY KEY (client, key)
) CLUSTERED;

CREATE INDEX answered_request_age ON answered_request (begun_at);

-- The verifiable log: what it is called, by which key it signs, and how many leaves it has. One row.
CREATE TABLE verifiable_log (
    n BIGINT NOT NULL PRIMARY KEY CHECK (n = 1),
    origin TEXT NOT NULL,
    verifier TEXT NOT NULL,
    seed BYTES NOT NULL,
    size BIGINT NOT NULL CHECK (0 <= size),
    founded_at BIGINT NOT NULL
) CLUSTERED;

-- Its hashes, 256 to a row: kilobytes, so a heap.
CREATE TABLE log_tile (
    bucket BIGINT NOT NULL,
    level BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hashes BYTES NOT NULL,
    PRIMARY KEY (bucket, level, n)
) HEAP;

-- What its leaves tell of: runs of one source and partition, in the order in which they were taken up.
CREATE TABLE log_run (
    partition BIGINT NOT NULL,
    source TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    first_leaf BIGINT NOT NULL CHECK (0 <= first_leaf),
    period TEXT NOT NULL,
    seqs BYTES NOT NULL,
    PRIMARY KEY (partition, source, last_seq)
) CLUSTERED;

-- Leaf after leaf, when everything is checked.
CREATE INDEX log_run_leaf ON log_run (first_leaf);

APPEND_ONLY log_run;

CREATE TABLE log_head (
    size BIGINT NOT NULL PRIMARY KEY CHECK (0 <= size),
    signed_at BIGINT NOT NULL,
    cosigned BIGINT NOT NULL CHECK (cosigned IN (0, 1)),
    note TEXT NOT NULL
) CLUSTERED;

-- The head that was seen last of each log of others that this one signs for.
CREATE TABLE attested_log (
    origin TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL CHECK (0 <= size),
    root BYTES NOT NULL,
    seen_at BIGINT NOT NULL
) CLUSTERED;

-- From which the salts of a month follow; without one where they were destroyed.
CREATE TABLE log_secret (
    period TEXT NOT NULL,
    class TEXT NOT NULL,
    secret BYTES,
    PRIMARY KEY (period, class)
) CLUSTERED;

-- Months that stand as files in an archive. A row is written once its files were read back.
CREATE TABLE archived_month (
    period TEXT NOT NULL PRIMARY KEY,
    location TEXT NOT NULL,
    manifest BYTES NOT NULL,
    parcels BIGINT NOT NULL CHECK (0 <= parcels),
    archived_at BIGINT NOT NULL
) CLUSTERED;

-- Declarations of which nothing is erased while somebody needs it. Lifted ones stay.
CREATE TABLE legal_hold (
    n BIGINT NOT NULL PRIMARY KEY,
    declaration_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_at BIGINT,
    lifted_for TEXT
) CLUSTERED;

-- One of a declaration is open at a time.
CREATE UNIQUE INDEX legal_hold_open ON legal_hold (declaration_id) WHERE lifted_at IS NULL;

-- What was erased when its time was over, with the statement of that. Written once.
CREATE TABLE erasure (
    period TEXT NOT NULL,
    class TEXT NOT NULL,
    erased_at BIGINT NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (period, class)
) CLUSTERED;

APPEND_ONLY erasure;
