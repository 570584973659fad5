namespace Isthmus.Runtime.Orchestrating;

/// <summary>Asks what to do with the next request.</summary>
/// <param name="Menu">The menu that the user has registered (<see cref="UserRegistration.MenuId"/>).</param>
public sealed record PlanQuestion(string Menu)
{
    /// <summary>How the user's device and links are; null if nothing is new.</summary>
    public DeviceReport? Device { get; init; }
}
