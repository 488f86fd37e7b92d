-- What metrics keep of conversations, folded by a worker; a conversation that has changed since is computed from its facts.

-- False from every change on, in the transaction that makes it, until a fold has kept what it came to.
alter table conversations add column metrics_kept boolean not null default false;
create index conversations_metrics_changed on conversations (workspace_id, updated_at, id) where not metrics_kept;

-- One row a workspace: who folds it holds it.
create table metric_folds (
  workspace_id uuid primary key references workspaces (id),
  -- So many conversations have a number.
  numbered integer not null default 0,
  folds integer not null default 0
);

create table metric_conversations (
  workspace_id uuid not null,
  conversation_id uuid not null,
  -- What the blocks call it.
  number integer not null,
  -- Its last instant: looked at from an earlier one, it is not what the blocks say.
  latest timestamptz(3) not null,
  -- The blocks that it is in, and a digest of what it has in each.
  places bytea not null,
  primary key (workspace_id, conversation_id),
  constraint metric_conversations_number_key unique (workspace_id, number),
  constraint metric_conversations_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
) with (fillfactor = 90);
create index metric_conversations_latest on metric_conversations (workspace_id, latest);

-- The traces of one family and UTC day, a row per column: those that ended by the day of their end, those that go on (open) by
-- the day of their start.
create table metric_blocks (
  workspace_id uuid not null references workspaces (id),
  family text not null,
  open boolean not null,
  name text not null,
  -- Counted from 1970-01-01.
  day integer not null,
  -- The fold that wrote it: what was read of a block once, is so as long as this is the same.
  fold integer not null,
  size integer not null,
  data bytea not null,
  primary key (workspace_id, family, open, name, day)
);
-- Read as they are, and often.
alter table metric_blocks alter column data set storage external;
