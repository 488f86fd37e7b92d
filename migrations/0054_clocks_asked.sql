alter table conversations
  -- Somebody asked for its clocks to be computed again; clocks_check_at goes on saying when time changes one of them.
  add column clocks_asked boolean not null default false;
create index conversations_clocks_asked on conversations (workspace_id, id) where clocks_asked;

alter table clocks
  -- Of an ownership clock: whose stretch it measures.
  add column assignee_id uuid,
  add column team_id uuid;
