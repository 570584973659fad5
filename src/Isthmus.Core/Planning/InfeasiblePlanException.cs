using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>No plan satisfies the constraints. Its message says which constraint to relax, and to what value.</summary>
public sealed class InfeasiblePlanException : IsthmusException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One sentence: what is wrong, and the way out.</param>
    /// <param name="relaxations">The ways out, each of which suffices; none if the search space itself holds no plan.</param>
    public InfeasiblePlanException(string message, ImmutableArray<Relaxation> relaxations)
        : base(ErrorKind.Planning, message)
    {
        Relaxations = relaxations;
    }

    /// <summary>The ways out, each of which suffices; none if the search space itself holds no plan.</summary>
    public ImmutableArray<Relaxation> Relaxations { get; }
}
