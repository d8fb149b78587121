"""The functions of migration 0004: the database works out leaves and tiles itself and takes none from its caller."""

from nianlun.journal.migrations._sql_0002 import GROW, PLACE, WAIT

# Nobody but the owner may hang these on a table of his own, or call them; the rights of the application come with
# `nianlun.journal.rights`.
CLOSED = (
    "nianlun_journal_keep()",
    "nianlun_journal_keep_entry()",
    "nianlun_journal_grow()",
    "nianlun_journal_wait()",
    "nianlun_journal_tile_root(bytea)",
    "nianlun_journal_place(bigint, bigint[])",
    "nianlun_journal_empty(bigint)",
    "nianlun_journal_signed()",
)

NEW_WAIT = """
CREATE OR REPLACE FUNCTION nianlun_journal_wait() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal_pending (entry_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""

NEW_GROW = GROW.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "length(NEW.hashes) <= 8192", "length(NEW.hashes) <= 8192 AND length(NEW.hashes) % 32 = 0"
)

# The batch must begin where the log ends: a second caller or a wrong one changes nothing. A level is done when no
# tile below it became full.
NEW_PLACE = """
CREATE FUNCTION nianlun_journal_tile_root(hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE
SET search_path = public, pg_temp AS $$
BEGIN
    WHILE length(hashes) > 32 LOOP
        SELECT string_agg(sha256('\\x01'::bytea || substr(hashes, 1 + pair * 64, 64)), '' ORDER BY pair) INTO hashes
        FROM generate_series(0, length(hashes) / 64 - 1) AS pair;
    END LOOP;
    RETURN hashes;
END $$;
DROP FUNCTION nianlun_journal_place(bigint, bigint[], bytea[], integer[], bigint[], bytea[]);
CREATE FUNCTION nianlun_journal_place(first bigint, entries bigint[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    place bigint;
    done bigint;
    height integer := 0;
    since bigint := first;
    until bigint := first + cardinality(entries);
    broken text;
BEGIN
    SELECT position + 1 INTO place FROM journal_leaf ORDER BY position DESC LIMIT 1;
    IF coalesce(place, 0) <> first OR until = since THEN
        RAISE EXCEPTION '日志已有 % 条，不能从第 % 条接着排', coalesce(place, 0), first USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO journal_leaf (position, entry_id, hash)
    SELECT first + given.number - 1, entry.id,
           sha256('\\x00'::bytea || 'nianlun-entry-v2\\012'::bytea || int8send(entry.id) || entry.digest)
    FROM unnest(entries) WITH ORDINALITY AS given (entry_id, number)
    JOIN journal_entry entry ON entry.id = given.entry_id;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(entries) THEN
        RAISE EXCEPTION '有的留痕不在库里' USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM journal_pending WHERE entry_id = ANY (entries);
    LOOP
        IF height = 0 THEN
            INSERT INTO journal_tile (level, index, hashes)
            SELECT 0, leaf.position / 256, string_agg(leaf.hash, '' ORDER BY leaf.position)
            FROM journal_leaf leaf WHERE leaf.position >= since GROUP BY leaf.position / 256
            ON CONFLICT (level, index) DO UPDATE SET hashes = journal_tile.hashes || EXCLUDED.hashes;
        ELSE
            INSERT INTO journal_tile (level, index, hashes)
            SELECT height, below.index / 256, string_agg(nianlun_journal_tile_root(below.hashes), '' ORDER BY below.index)
            FROM journal_tile below WHERE below.level = height - 1 AND below.index >= since AND below.index < until
            GROUP BY below.index / 256
            ON CONFLICT (level, index) DO UPDATE SET hashes = journal_tile.hashes || EXCLUDED.hashes;
        END IF;
        SELECT height || '/' || touched INTO broken
        FROM generate_series(since / 256, (until - 1) / 256) AS touched
        LEFT JOIN journal_tile tile ON tile.level = height AND tile.index = touched
        WHERE length(tile.hashes) IS DISTINCT FROM 32 * least(256, until - touched * 256) LIMIT 1;
        IF broken IS NOT NULL THEN
            RAISE EXCEPTION '摘要块 % 缺损', broken USING ERRCODE = 'restrict_violation';
        END IF;
        height := height + 1;
        since := since / 256;
        until := until / 256;
        EXIT WHEN until = since;
    END LOOP;
END $$;
"""

# A checkpoint of entries that there are not yet would stand in the way of the one that will be signed there.
SIGNED = """
CREATE FUNCTION nianlun_journal_signed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.size <= coalesce((SELECT max(position) + 1 FROM journal_leaf), 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '日志还没有 % 条', NEW.size USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_checkpoint_signed BEFORE INSERT ON journal_checkpoint
    FOR EACH ROW EXECUTE FUNCTION nianlun_journal_signed();
"""

CLOSE = "".join(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC;\n" for function in CLOSED)

UNDO = (
    """
DROP TRIGGER journal_checkpoint_signed ON journal_checkpoint;
DROP FUNCTION nianlun_journal_signed();
DROP FUNCTION nianlun_journal_place(bigint, bigint[]);
DROP FUNCTION nianlun_journal_tile_root(bytea);
"""
    + PLACE
    + WAIT
    + GROW.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)
