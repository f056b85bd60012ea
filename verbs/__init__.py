"""What Manycut can do, as typed functions: one request and one result model a verb."""
