-- What metrics keep of a day is kept in parts of a bounded size: a fold rewrites those in which something is otherwise, and takes as much
-- memory however large the day is. Numbers of parts need not follow each other, and their order says nothing. What was kept before is
-- part 0, however large it is, until it is written anew.
alter table metric_blocks
  add column part integer not null default 0,
  drop constraint metric_blocks_pkey,
  add primary key (workspace_id, family, open, name, day, part);
