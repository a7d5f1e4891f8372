// What pgshift offers to CDK users: the construct for a stack of theirs, and the stack for those who have none.
export { Pgshift, type PgshiftProps } from './pgshift.ts';
export { PgshiftStack, type PgshiftStackProps } from './pgshift-stack.ts';
