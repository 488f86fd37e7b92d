-- What metrics keep of a conversation is more than it was: it is folded anew, and answered from the facts until then.
truncate metric_blocks, metric_conversations;
update metric_folds set numbered = 0;
update conversations set metrics_kept = false where metrics_kept;
