namespace Isthmus.Lab.Orchestration;

/// <summary>A line that asks a user's process for one request.</summary>
/// <param name="Id">Its number; the answer repeats it.</param>
/// <param name="Action">The place of what to do.</param>
public sealed record LiveUserRequest(long Id, int Action);
