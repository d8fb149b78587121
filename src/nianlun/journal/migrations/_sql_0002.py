"""The triggers and functions of migration 0002. They run with the rights of the owner of the tables, not the caller's."""

from importlib import import_module

UNLINK = """
DROP TRIGGER journal_link_keep ON journal_link;
DROP TRIGGER journal_link_keep_all ON journal_link;
DROP FUNCTION nianlun_journal_extend(bytea, integer);
"""

KEPT = ("journal_leaf", "journal_checkpoint", "journal_cosignature", "journal_timestamp")

# An entry may be emptied, and only so: by the function below, to a row that says nothing, digest and time kept.
KEEP = """
CREATE FUNCTION nianlun_journal_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('nianlun.emptying', true) = 'yes'
       AND (NEW.id, NEW.at, NEW.digest) = (OLD.id, OLD.at, OLD.digest)
       AND NEW.action = 'journal.emptied' AND NEW.salt = '' AND NEW.details = '{}' AND NEW.about = ''
       AND NEW.about_id = '' AND NEW.purpose = '' AND NEW.name = '' AND NEW.person_id IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '操作日志只增不改：% 上不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER journal_entry_keep ON journal_entry;
CREATE TRIGGER journal_entry_keep_content BEFORE UPDATE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep_entry();
CREATE TRIGGER journal_entry_keep BEFORE DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep();
""" + "".join(
    f"""
CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep();
CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION nianlun_journal_keep();
"""
    for table in KEPT
)

# A tile is filled from left to right; what stands in it stays.
GROW = """
CREATE FUNCTION nianlun_journal_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.level, NEW.index) = (OLD.level, OLD.index)
       AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes AND length(NEW.hashes) <= 8192 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '操作日志只增不改：% 上不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_tile_grow BEFORE UPDATE ON journal_tile
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_grow();
CREATE TRIGGER journal_tile_keep BEFORE DELETE ON journal_tile
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep();
CREATE TRIGGER journal_tile_keep_all BEFORE TRUNCATE ON journal_tile
    FOR EACH STATEMENT EXECUTE FUNCTION nianlun_journal_keep();
"""

# The application's role may not write the waiting list itself: who could, could take an entry off it.
WAIT = """
CREATE OR REPLACE FUNCTION nianlun_journal_wait() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal_pending (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
"""

# Takes a batch from the waiting list into the log. The caller worked out the tiles; the leaves are worked out here
# again from the entries, and the batch must begin where the log ends: a second caller or a wrong one changes nothing.
PLACE = """
CREATE FUNCTION nianlun_journal_place(
    first bigint, entries bigint[], leaves bytea[], levels integer[], indexes bigint[], tiles bytea[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place bigint;
    done bigint;
BEGIN
    SELECT position + 1 INTO place FROM journal_leaf ORDER BY position DESC LIMIT 1;
    IF coalesce(place, 0) <> first THEN
        RAISE EXCEPTION '日志已有 % 条，不能从第 % 条接着排', coalesce(place, 0), first USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO journal_leaf (position, entry_id, hash)
    SELECT first + given.number - 1, entry.id, given.leaf
    FROM unnest(entries, leaves) WITH ORDINALITY AS given (entry_id, leaf, number)
    JOIN journal_entry entry ON entry.id = given.entry_id
    WHERE given.leaf = sha256('\\x00'::bytea || 'nianlun-entry-v2\\012'::bytea || int8send(entry.id) || entry.digest);
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(entries) THEN
        RAISE EXCEPTION '有的叶摘要与留痕不符' USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM journal_pending WHERE entry_id = ANY (entries);
    INSERT INTO journal_tile (level, index, hashes)
    SELECT * FROM unnest(levels, indexes, tiles)
    ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes;
END $$;
"""

# Empties the entries that a notice names. The notice stands in the journal first, with two persons in it.
EMPTY = """
CREATE FUNCTION nianlun_journal_empty(notice bigint) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said journal_entry%ROWTYPE;
    named bigint[];
    done integer;
BEGIN
    SELECT * INTO said FROM journal_entry WHERE id = notice AND action = 'journal.contents_destroyed';
    IF said.account_id IS NULL OR said.details->>'approved_by_account' IS NULL
       OR said.details->>'approved_by_account' = said.account_id::text
       OR coalesce(said.details->>'authority', '') = '' THEN
        RAISE EXCEPTION '销毁日志内容要有依据，由两个人经办和批准' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT array_agg(key::bigint) INTO named FROM jsonb_object_keys(said.details->'entries') AS key;
    PERFORM set_config('nianlun.emptying', 'yes', true);
    UPDATE journal_entry entry SET
        account_id = NULL, role = '', role_label = '', name = '', agency_name = '', scope = '',
        action = 'journal.emptied', about = '', about_id = '', person_id = NULL, purpose = '', rows = 0,
        outcome = 'done', address = '', details = '{}', salt = ''
    WHERE entry.id = ANY (named) AND entry.action NOT IN ('journal.contents_destroyed', 'journal.emptied')
      AND EXISTS (SELECT FROM journal_leaf leaf WHERE leaf.entry_id = entry.id);
    GET DIAGNOSTICS done = ROW_COUNT;
    PERFORM set_config('nianlun.emptying', '', true);
    IF done <> cardinality(named) THEN
        RAISE EXCEPTION '所列留痕有的不在日志里，或不能销毁' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN done;
END $$;
"""

QUEUE = "INSERT INTO journal_pending (entry_id) SELECT id FROM journal_entry ON CONFLICT DO NOTHING;"

UNDO = (
    """
DROP FUNCTION nianlun_journal_empty(bigint);
DROP FUNCTION nianlun_journal_place(bigint, bigint[], bytea[], integer[], bigint[], bytea[]);
DROP TRIGGER journal_tile_grow ON journal_tile;
DROP TRIGGER journal_tile_keep ON journal_tile;
DROP TRIGGER journal_tile_keep_all ON journal_tile;
DROP FUNCTION nianlun_journal_grow();
DROP TRIGGER journal_entry_keep_content ON journal_entry;
DROP TRIGGER journal_entry_keep ON journal_entry;
DROP FUNCTION nianlun_journal_keep_entry();
CREATE TRIGGER journal_entry_keep BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep();
"""
    + "".join(
        f"DROP TRIGGER {table}_keep ON {table};\nDROP TRIGGER {table}_keep_all ON {table};\n" for table in KEPT
    )
    + QUEUE  # the chain before this migration takes all entries in again, in the order of their numbers
)

# What the reverse of this migration brings back, as 0001 made it.
AGAIN = import_module("nianlun.journal.migrations.0001_initial").EXTEND + """
CREATE TRIGGER journal_link_keep BEFORE UPDATE OR DELETE ON journal_link
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_keep();
CREATE TRIGGER journal_link_keep_all BEFORE TRUNCATE ON journal_link
    FOR EACH STATEMENT EXECUTE FUNCTION nianlun_journal_keep();
"""
