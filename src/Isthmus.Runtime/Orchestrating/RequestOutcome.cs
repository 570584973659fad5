using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>What became of a request.</summary>
/// <param name="Menu">The menu that the user has registered.</param>
/// <param name="Action">The position of the action that was carried out.</param>
/// <param name="Ms">From the request to its answer, or to the moment when it was given up, in milliseconds.</param>
public sealed record RequestOutcome(string Menu, int Action, double Ms)
{
    /// <summary>Whether there was no answer at all.</summary>
    public bool Lost { get; init; }

    /// <summary>Whether something else than the action answered: its node failed, and the device went on.</summary>
    public bool Fallback { get; init; }

    /// <summary>How the user's device and links are; null if nothing is new.</summary>
    public DeviceReport? Device { get; init; }

    /// <summary>Checks the numbers.</summary>
    /// <param name="actions">The number of actions of the menu.</param>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate(int actions)
    {
        OrchestrationLimits.Number(Action, 0, actions - 1, "The position of the action");
        OrchestrationLimits.Number(Ms, 0, OrchestrationLimits.MaxMs, "The time of the request");
        Device?.Validate();
    }
}
