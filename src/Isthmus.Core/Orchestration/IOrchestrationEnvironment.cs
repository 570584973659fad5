namespace Isthmus.Core.Orchestration;

/// <summary>
/// Users who share nodes, simulated or real. In each step every user sends one request as the joint action says, and the response times come back (the paper's epoch).
/// </summary>
public interface IOrchestrationEnvironment
{
    /// <summary>What users may do.</summary>
    ActionSpace Actions { get; }

    /// <summary>What monitors report now; overwritten in place by the next step.</summary>
    SystemState State { get; }

    /// <summary>Has every user send a request. What happens at once (a simulation) returns a completed task.</summary>
    /// <param name="choices">The position of each user's action.</param>
    /// <param name="responseMs">Is overwritten: each user's response time in milliseconds; NaN if the request was lost.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    ValueTask StepAsync(ReadOnlyMemory<int> choices, Memory<double> responseMs, CancellationToken cancellationToken = default);
}
