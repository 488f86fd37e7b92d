-- What metrics keep of a conversation is more than it was: it is folded anew, and answered from the facts until then.
alter table metric_conversations
  -- The last instant at which published standards changed one of its clocks, where that was after its last fact: looked at from an
  -- earlier one, its clocks are not what the blocks say.
  add column promised_until timestamptz(3);
create index metric_conversations_promised on metric_conversations (workspace_id, promised_until) where promised_until is not null;
truncate metric_blocks, metric_conversations;
update metric_folds set numbered = 0;
update conversations set metrics_kept = false where metrics_kept;
