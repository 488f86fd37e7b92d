create table agents (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  email text not null,
  role text not null default 'agent' constraint agents_role_check check (role in ('admin', 'lead', 'agent', 'viewer')),
  level text,
  skills text[] not null default '{}',
  languages text[] not null default '{}',
  capacity integer constraint agents_capacity_check check (capacity >= 0),
  availability text not null default 'offline' constraint agents_availability_check check (availability in ('online', 'away', 'offline')),
  availability_changed_at timestamptz(3) not null default now(),
  time_zone text,
  deactivated_at timestamptz(3),
  search tsvector not null generated always as
    (to_tsvector('simple'::regconfig, name || ' ' || translate(email, '@.+-_', '     '))) stored,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint agents_external_id_key unique (workspace_id, external_id),
  -- E-mail addresses are kept in lower case.
  constraint agents_email_key unique (workspace_id, email)
);
create index agents_name on agents (workspace_id, name, id);
create index agents_created_at on agents (workspace_id, created_at, id);
create index agents_updated_at on agents (workspace_id, updated_at);
create index agents_role on agents (workspace_id, role);
create index agents_level on agents (workspace_id, level);
create index agents_availability on agents (workspace_id, availability);
create index agents_deactivated_at on agents (workspace_id, deactivated_at);
create index agents_skills on agents using gin (skills);
create index agents_languages on agents using gin (languages);
create index agents_search on agents using gin (search);

create table teams (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  description text,
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint teams_external_id_key unique (workspace_id, external_id)
);
create unique index teams_name_key on teams (workspace_id, lower(name));
create index teams_name on teams (workspace_id, name, id);
create index teams_created_at on teams (workspace_id, created_at, id);
create index teams_archived_at on teams (workspace_id, archived_at);

create table team_members (
  workspace_id uuid not null,
  team_id uuid not null,
  agent_id uuid not null,
  primary key (workspace_id, team_id, agent_id),
  constraint team_members_team_fkey foreign key (workspace_id, team_id) references teams (workspace_id, id),
  constraint team_members_agent_fkey foreign key (workspace_id, agent_id) references agents (workspace_id, id)
);
create index team_members_agent on team_members (workspace_id, agent_id, team_id);
