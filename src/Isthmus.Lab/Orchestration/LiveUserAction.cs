namespace Isthmus.Lab.Orchestration;

/// <summary>One thing that a user's process may be asked to do.</summary>
/// <param name="Variant">The network's file.</param>
/// <param name="Node">The node that runs it; null for the user's own device.</param>
public sealed record LiveUserAction(string Variant, string? Node);
