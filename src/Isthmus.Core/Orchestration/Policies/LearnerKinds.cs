using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>The kinds of learners that an orchestrator can run.</summary>
public static class LearnerKinds
{
    /// <summary>All of them, the default first.</summary>
    public static ImmutableArray<LearnerKind> All { get; } = [ProfileLearner.Kind];

    /// <summary>The one that is used if nothing else is said.</summary>
    public static LearnerKind Default => All[0];

    /// <summary>The kind of a name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static LearnerKind Get(string name) => All.FirstOrDefault(k => k.Name == name)
        ?? throw new IsthmusException(ErrorKind.Usage, $"There is no learner '{name}': choose {string.Join(", ", All.Select(k => k.Name))}.");
}
