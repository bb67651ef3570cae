// What is read from a golden database: by scans, in both directions, and through every index.
MATCH (n) WHERE NOT n:Long RETURN id(n) AS id, labels(n) AS labels, properties(n) AS properties ORDER BY id;
MATCH (n:Long) RETURN id(n) AS id, n.i AS i, size(n.text) AS size, left(n.text, 12) AS first, right(n.text, 12) AS last ORDER BY id;
MATCH (a)-[r]->(b) RETURN id(r) AS id, id(a) AS start, type(r) AS type, properties(r) AS properties, id(b) AS end ORDER BY id;
MATCH (b)<-[r]-(a) RETURN type(r) AS type, count(*) AS relationships, sum(id(a)) AS starts, sum(id(b)) AS ends ORDER BY type;
MATCH (p:Person {name: 'person 7'}) RETURN p.number AS number ORDER BY number;
MATCH (p:Person) WHERE p.born >= date('1910-01-01') AND p.born < date('1912-01-01') RETURN p.number AS number ORDER BY number;
MATCH (p:Person {number: 42}) RETURN p.name AS name;
MATCH ()-[k:KNOWS]->() WHERE k.since > 400 RETURN id(k) AS id, k.since AS since ORDER BY id;
CALL db.index.fulltext.queryNodes('notes', 'lighthouse +17') YIELD node, score RETURN id(node) AS id, score > 0 AS found;
CALL db.index.fulltext.queryNodes('notes', 'renamed') YIELD node RETURN node.number AS number ORDER BY number;
CALL db.index.vector.queryNodes('places', 3, [30.0, 30.0, 7.5]) YIELD node RETURN node.text AS text ORDER BY text;
SHOW INDEXES YIELD name, type, labelsOrTypes, properties RETURN name, type, labelsOrTypes, properties ORDER BY name;
CALL db.schema.overview() YIELD kind, name, count RETURN kind, name, count ORDER BY kind, name;
