// What a golden database holds: every kind of value, name, index and change. Run once by make.py; a change here needs
// a new folder, never a new file in an old one.
CREATE INDEX person_name FOR (p:Person) ON (p.name);
CREATE INDEX person_born_height FOR (p:Person) ON (p.born, p.height);
CREATE INDEX knows_since FOR ()-[k:KNOWS]-() ON (k.since);
CREATE CONSTRAINT person_number FOR (p:Person) REQUIRE p.number IS UNIQUE;
CREATE FULLTEXT INDEX notes FOR (n:Note|Person) ON EACH [n.text, n.name];
CREATE VECTOR INDEX places FOR (n:Note) ON (n.place) OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'cosine'}};
UNWIND range(1, 300) AS i
CREATE (:Person {number: i, name: 'person ' + toString(i % 40), born: date('1900-01-01') + duration({days: i * 37}),
                 height: 1.5 + (i % 50) / 100.0, active: i % 3 = 0});
MATCH (p:Person) WHERE p.number % 7 = 0 SET p:Member, p.since = datetime('2020-02-29T12:30:00.5+01:00');
MATCH (a:Person), (b:Person) WHERE b.number = a.number % 61 + 1 OR (a.number = 1 AND b.number % 2 = 0)
CREATE (a)-[:KNOWS {since: a.number + b.number, how: 'met'}]->(b);
MATCH (a:Person {number: 5}) CREATE (a)-[:LIKES]->(a);
UNWIND range(1, 60) AS i
CREATE (:Note {text: 'note ' + toString(i) + ' about a lighthouse and the sea', place: [i, 60 - i, 7.5]});
MATCH (n:Note), (p:Person) WHERE p.number = toInteger(split(n.text, ' ')[1]) CREATE (n)-[:ABOUT {page: p.number}]->(p);
CREATE (:Value {none: null, yes: true, no: false, zero: 0, large: 9223372036854775807, small: -9223372036854775808,
                half: 0.5, tiny: 5e-324, text: 'Grüße, 世界', empty: '', list: [1, 2, 3], words: ['a', 'b'], floats: [0.5, 1.5],
                nothing: [], day: date('-0044-03-15'), clock: localtime('23:59:59.999999999'),
                zoned: time('12:00:00+02:00'), moment: localdatetime('2024-12-31T23:59:59'),
                instant: datetime('2024-07-01T00:00:00[Europe/Berlin]'), span: duration('P1Y2M3DT4H5M6.7S')});
CREATE (:Value:`a label with spaces`:Ελληνικά {`a key with spaces`: 'quoted', κλειδί: 1});
UNWIND range(1, 3) AS i
CREATE (:Long {i: i, text: reduce(text = '0123456789', j IN range(1, 13) | text + text)});
MATCH (p:Person) WHERE p.number % 11 = 0 DETACH DELETE p;
MATCH (p:Person)-[k:KNOWS]->() WHERE k.since % 5 = 0 DELETE k;
MATCH (p:Person) WHERE p.number % 13 = 0 SET p.name = 'renamed ' + toString(p.number), p.height = null;
MATCH (p:Member) WHERE p.number % 2 = 0 REMOVE p:Member;
MATCH ()-[k:KNOWS]->() WHERE k.since % 6 = 1 SET k.how = 'wrote', k.times = k.since % 4;
