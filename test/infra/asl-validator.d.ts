// asl-validator brings no declarations that TypeScript finds.
declare module 'asl-validator' {
  interface Validation {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
    readonly errorsText: () => string;
  }
  function validate(
    definition: object,
    options?: { readonly checkPaths?: boolean; readonly checkArn?: boolean },
  ): Validation;
  export = validate;
}
