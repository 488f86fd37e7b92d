-- What conversations are filtered by, in the order of lists: a page of those with one tag, or with one value of an attribute, is
-- read where it stands, however many have it. An index of a list of words (GIN) finds them all, and knows no order.
create table conversation_words (
  workspace_id uuid not null,
  -- `tag=` and its id, or an attribute's key and value as in attribute_words.
  word text collate "C" not null,
  last_activity_at timestamptz(3) not null,
  conversation_id uuid not null,
  primary key (workspace_id, word, last_activity_at, conversation_id)
);

create function conversation_words_of(tags uuid[], attributes text[]) returns text[] language sql immutable parallel safe
  return array(select 'tag=' || tag from unnest(tags) tag union select word from unnest(attributes) word where word like '%=%');

-- Of active conversations alone, which is what lists show unless they are asked for others.
create function keep_conversation_words() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.disposition = 'active' then
    if tg_op = 'UPDATE' and new.disposition = 'active' and new.tag_ids = old.tag_ids and new.attribute_words = old.attribute_words then
      update conversation_words w set last_activity_at = new.last_activity_at
        where w.workspace_id = old.workspace_id and w.word = any(conversation_words_of(old.tag_ids, old.attribute_words))
          and w.last_activity_at = old.last_activity_at and w.conversation_id = old.id;
      return null;
    end if;
    delete from conversation_words w
      where w.workspace_id = old.workspace_id and w.word = any(conversation_words_of(old.tag_ids, old.attribute_words))
        and w.last_activity_at = old.last_activity_at and w.conversation_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.disposition = 'active' then
    insert into conversation_words (workspace_id, word, last_activity_at, conversation_id)
      select new.workspace_id, word, new.last_activity_at, new.id
      from unnest(conversation_words_of(new.tag_ids, new.attribute_words)) word;
  end if;
  return null;
end $$;

create trigger conversation_words_made after insert or delete on conversations for each row execute function keep_conversation_words();
create trigger conversation_words_kept after update on conversations for each row
  when ((old.disposition, old.last_activity_at, old.tag_ids, old.attribute_words) is distinct from (new.disposition, new.last_activity_at, new.tag_ids, new.attribute_words))
  execute function keep_conversation_words();
