-- What is over is forgotten a month later.
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;
