-- What a metric shall become, over a period: what was measured before, and what has become of it.
create table goals (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  why text not null,
  metric text not null,
  statistic text not null constraint goals_statistic_check check (statistic in ('value', 'avg', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99')),
  direction text not null constraint goals_direction_check check (direction in ('more', 'less')),
  scope_kind text not null,
  team_id uuid,
  agent_id uuid,
  channel_id uuid,
  filter json,
  basis text not null constraint goals_basis_check check (basis in ('calendar', 'business')),
  calendar_id uuid,
  within_days integer not null,
  time_zone text not null,
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  baseline json not null,
  target double precision not null,
  stretch_target double precision,
  owner_id uuid,
  state text not null constraint goals_state_check check (state in ('notStarted', 'noData', 'ahead', 'onTrack', 'atRisk', 'offTrack', 'reached', 'missed')),
  decided_at timestamptz(3),
  decided_figure double precision,
  -- When a worker looks at it next; null when there is nothing to look for any more.
  check_at timestamptz(3),
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint goals_external_id_key unique (workspace_id, external_id),
  constraint goals_period_check check (from_at < to_at),
  constraint goals_scope_check check (case scope_kind
    when 'workspace' then num_nonnulls(team_id, agent_id, channel_id) = 0
    when 'team' then team_id is not null and num_nonnulls(agent_id, channel_id) = 0
    when 'agent' then agent_id is not null and num_nonnulls(team_id, channel_id) = 0
    when 'channel' then channel_id is not null and num_nonnulls(team_id, agent_id) = 0
    else false end),
  constraint goals_team_fkey foreign key (workspace_id, team_id) references teams (workspace_id, id),
  constraint goals_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id),
  constraint goals_channel_fkey foreign key (workspace_id, channel_id) references channels (workspace_id, id),
  constraint goals_calendar_fkey foreign key (workspace_id, calendar_id) references calendars (workspace_id, id),
  constraint goals_owner_fkey foreign key (workspace_id, owner_id) references agents (workspace_id, id)
);
create index goals_created_at on goals (workspace_id, created_at, id);
create index goals_name on goals (workspace_id, name, id);
create index goals_from on goals (workspace_id, from_at, id);
create index goals_to on goals (workspace_id, to_at, id);
create index goals_metric on goals (workspace_id, metric);
create index goals_state on goals (workspace_id, state);
create index goals_scope on goals (workspace_id, scope_kind);
create index goals_team on goals (workspace_id, team_id);
create index goals_agent on goals (workspace_id, agent_id);
create index goals_channel on goals (workspace_id, channel_id);
create index goals_owner on goals (workspace_id, owner_id);
create index goals_archived_at on goals (workspace_id, archived_at);
create index goals_due on goals (check_at) where check_at is not null and archived_at is null;

-- Who champions a metric, and why.
create table metric_owners (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  metric text not null,
  agent_id uuid not null,
  why text not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint metric_owners_metric_key unique (workspace_id, metric),
  constraint metric_owners_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index metric_owners_agent on metric_owners (workspace_id, agent_id);
