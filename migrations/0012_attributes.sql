create table attributes (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  subject text not null constraint attributes_subject_check check (subject in ('contact', 'company', 'conversation')),
  key text not null,
  name text not null,
  type text not null constraint attributes_type_check check (type in ('text', 'number', 'boolean', 'date', 'choice', 'choices')),
  allowed_values text[],
  description text,
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint attributes_external_id_key unique (workspace_id, external_id),
  constraint attributes_key_key unique (workspace_id, subject, key),
  constraint attributes_allowed_values_check check ((type in ('choice', 'choices')) = (allowed_values is not null))
);
create index attributes_key on attributes (workspace_id, key, id);
create index attributes_created_at on attributes (workspace_id, created_at, id);
create index attributes_archived_at on attributes (workspace_id, archived_at);
