-- One row a clock, as it stood when its conversation was last computed; what time alone changes is read anew.
create table clocks (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  -- Target and ordinal: stays the same when the clock is computed again.
  key text not null,
  target text not null,
  ordinal integer not null,
  standard_id uuid not null,
  standard_version_id uuid not null,
  standard_version integer not null,
  basis text not null,
  calendar_id uuid,
  target_seconds bigint not null,
  started_at timestamptz(3) not null,
  opened_at timestamptz(3) not null,
  due_at timestamptz(3),
  consumed_seconds bigint not null,
  remaining_seconds bigint not null,
  state text not null,
  ended_at timestamptz(3),
  ended_by text,
  ended_by_kind text,
  ended_by_id text,
  next_change_at timestamptz(3),
  -- Which events of its life were recorded: [type, instant in ms, id of the event].
  told json not null default '[]',
  version integer not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  constraint clocks_key_key unique (workspace_id, conversation_id, key),
  constraint clocks_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
  constraint clocks_standard_fkey foreign key (workspace_id, standard_id) references standards (workspace_id, id)
);
create index clocks_due on clocks (workspace_id, due_at, id) where due_at is not null;
create index clocks_state on clocks (workspace_id, state, due_at);
create index clocks_standard on clocks (workspace_id, standard_id, due_at);

alter table conversations
  -- When time alone changes one of its clocks, or somebody asked for them to be computed again.
  add column clocks_check_at timestamptz(3),
  -- The earliest deadline among its clocks that have not ended.
  add column next_due_at timestamptz(3),
  add column at_risk boolean not null default false;
create index conversations_clocks_check on conversations (clocks_check_at) where clocks_check_at is not null;
create index conversations_next_due on conversations (workspace_id, next_due_at, id) where next_due_at is not null;
create index conversations_at_risk on conversations (workspace_id, next_due_at, id) where at_risk;
