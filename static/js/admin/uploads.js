export function uploads() {}
