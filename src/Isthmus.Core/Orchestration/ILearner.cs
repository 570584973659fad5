using System.Text.Json.Nodes;

namespace Isthmus.Core.Orchestration;

/// <summary>
/// Learns from real response times who should run what, where. Not thread-safe. All randomness comes from a seed that the constructor takes: equal seeds and equal observations make
/// equal decisions.
/// </summary>
public interface ILearner
{
    /// <summary>What it is called: q-learning, dqn, linucb, model.</summary>
    string Name { get; }

    /// <summary>The next joint action; it may explore.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="choices">Is overwritten: the position of each user's action.</param>
    void Choose(SystemState state, Span<int> choices);

    /// <summary>The joint action that it holds to be best, without exploring; changes nothing.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="choices">Is overwritten: the position of each user's action.</param>
    void ChooseBest(SystemState state, Span<int> choices);

    /// <summary>Tells what came of a joint action, whoever chose it.</summary>
    /// <param name="before">How users and nodes were when it was chosen.</param>
    /// <param name="choices">The joint action.</param>
    /// <param name="responseMs">Each user's response time in milliseconds; NaN if the request was lost.</param>
    /// <param name="after">How users and nodes are now.</param>
    void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after);

    /// <summary>All that it has learned, to be restored by the learner's own static Restore for the same action space.</summary>
    JsonObject Save();
}
