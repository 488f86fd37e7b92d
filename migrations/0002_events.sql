-- Without a cache, which would keep numbers back in a session and give them out after later ones.
create sequence event_sequence cache 1;
-- The first number is burnt, because a fresh sequence's last_value names a number not yet given out.
select nextval('event_sequence');

-- The number of the next event. Every transaction that takes one first holds a shared advisory lock named after a number
-- below it, until it ends; so the lowest lock held tells up to which number all transactions are over, and the feed reads
-- to there and no further (see docs/decisions/the-feed-reads-to-the-lowest-lock.md).
-- The setting says that this transaction has its lock. It is local, so that a savepoint rolled back takes it away together
-- with the lock, and it lives in the transaction, not in the session, so that a pooler may stand between.
-- Keys are x'5345' in the upper 16 bits and the number in the lower 48.
create function next_event_sequence() returns bigint language plpgsql volatile as $$
begin
  if coalesce(current_setting('supportops.recording', true), '') = '' then
    perform pg_advisory_xact_lock_shared(x'5345000000000000'::bit(64)::bigint + (select last_value from event_sequence));
    perform set_config('supportops.recording', 'on', true);
  end if;
  return nextval('event_sequence');
end $$;

-- The last number up to which every transaction is over. The order matters: a lock that is not yet there when the
-- locks are read belongs to a number given out after `last`. Read the events in a later statement than this, on any
-- connection, once this one has answered: commits become visible before they give up their locks, so that a snapshot taken
-- afterwards sees all of them. Only shared locks count: exclusive ones are keyed by hashes, and may fall among ours.
-- It may go back a little, when a transaction was held up between reading the number and locking it; never too far forward.
create function event_horizon() returns bigint language plpgsql volatile as $$
declare
  last bigint := (select last_value from event_sequence);
  lowest bigint;
begin
  select min(((classid::bigint & 65535) << 32) + objid::bigint) into lowest from pg_locks
    where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and (classid::bigint >> 16) = x'5345'::int
      and database = (select oid from pg_database where datname = current_database());
  return least(last, lowest);
end $$;

create table events (
  workspace_id uuid not null references workspaces (id),
  sequence bigint not null default next_event_sequence(),
  id uuid not null,
  type text not null,
  occurred_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  actor_kind text not null,
  actor_id text,
  subject_type text not null,
  subject_id uuid not null,
  conversation_id uuid,
  resource json,
  changes json,
  corrects uuid,
  request_id text,
  primary key (workspace_id, sequence)
);
create unique index events_id_key on events (workspace_id, id);
create index events_subject on events (workspace_id, subject_id, sequence);
create index events_conversation on events (workspace_id, conversation_id, sequence) where conversation_id is not null;
create index events_type on events (workspace_id, type, sequence);
