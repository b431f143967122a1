import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource, cachedResources } from './resources.ts';
import { deadLetterTopic, topicDefinitions, updatesTopic } from './topics.ts';

const hourMs = 3_600_000;

test('a namespace stands before every topic', () => {
  const city = cachedResource('city');
  assert.equal(updatesTopic(city, ''), 'city_updates');
  assert.equal(updatesTopic(city, 'blue.'), 'blue.city_updates');
  assert.equal(deadLetterTopic('blue.city_updates'), 'blue.city_updates.dead');
});

test('every resource has a topic of three partitions and one for its dead letters', () => {
  const partitions = topicDefinitions('').map(({ topic, partitionCount }) => [
    topic,
    partitionCount,
  ]);
  const expected = cachedResources.flatMap(({ topic }) => [
    [topic, 3],
    [`${topic}.dead`, 1],
  ]);
  assert.deepEqual(partitions, expected);
  for (const { topic } of topicDefinitions('blue.')) {
    assert.match(topic, /^blue\.\w+_updates/);
  }
});

test('messages are kept for a day at most, dead letters long enough for people', () => {
  for (const { topic, config } of topicDefinitions('')) {
    const retentionMs = Number(config['retention.ms']);
    if (topic.endsWith('.dead')) {
      assert.equal(retentionMs, 7 * 24 * hourMs);
    } else {
      assert.ok(retentionMs > 0 && retentionMs <= 24 * hourMs, topic);
    }
  }
});
