import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource } from './resources.ts';
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
  assert.deepEqual(Object.fromEntries(partitions), {
    city_updates: 3,
    'city_updates.dead': 1,
    movie_updates: 3,
    'movie_updates.dead': 1,
  });
  for (const { topic } of topicDefinitions('blue.')) {
    assert.match(topic, /^blue\.(city|movie)_updates/);
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
