create table workspaces (
  id uuid primary key,
  slug text not null constraint workspaces_slug_key unique,
  name text not null,
  time_zone text not null default 'UTC',
  settings jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now()
);

create table api_keys (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  prefix text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  last_used_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint api_keys_external_id_key unique (workspace_id, external_id)
);
create unique index api_keys_secret_hash_key on api_keys (secret_hash);

-- Whose tokens are believed: JWTs are verified against these, never against what a token itself names.
create table token_issuers (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  issuer text not null,
  audience text not null,
  subject_kind text not null check (subject_kind in ('agent', 'contact')),
  algorithms text[] not null,
  jwks_uri text,
  jwks jsonb,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint token_issuers_external_id_key unique (workspace_id, external_id),
  constraint token_issuers_issuer_key unique (workspace_id, issuer, audience),
  constraint token_issuers_keys_check check ((jwks_uri is null) <> (jwks is null))
);
create index token_issuers_issuer on token_issuers (issuer);

create table idempotency_keys (
  workspace_id uuid not null,
  key text not null,
  request_hash bytea not null,
  result json,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
