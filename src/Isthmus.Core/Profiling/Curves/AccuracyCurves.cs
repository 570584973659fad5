using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>The kinds of curves, and how they are written to a profile: a name and a list of numbers.</summary>
public static class AccuracyCurves
{
    /// <summary><see cref="GompertzCurve"/>: a, b, c.</summary>
    public const string Gompertz = "gompertz";

    /// <summary><see cref="ExponentialCurve"/>: a, b, c.</summary>
    public const string Exponential = "exponential";

    /// <summary><see cref="TableCurve"/>: fraction and accuracy of each point in turn.</summary>
    public const string Table = "table";

    /// <summary>No parameter is larger.</summary>
    public const double MaxParameter = 1e15;

    /// <summary>The kinds, from the simplest to the least simple: where two foretell equally well, the first is chosen.</summary>
    public static ImmutableArray<string> Kinds { get; } = [Exponential, Gompertz, Table];

    /// <summary>A curve of its written form.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="parameters">Its numbers.</param>
    /// <exception cref="IsthmusException">There is no such kind, or the numbers are none of it.</exception>
    public static IAccuracyCurve Create(string? kind, ImmutableArray<double> parameters)
    {
        if (parameters.IsDefault) throw Wrong("its parameters are missing");
        switch (kind)
        {
            case Gompertz or Exponential:
                if (parameters.Length != 3) throw Wrong($"it has 3 parameters, not {parameters.Length}");
                if (parameters.Any(p => !(p is > 0 and <= MaxParameter))) throw Wrong("its parameters must be above zero and finite");
                return kind == Gompertz ? new GompertzCurve(parameters[0], parameters[1], parameters[2]) : new ExponentialCurve(parameters[0], parameters[1], parameters[2]);
            case Table:
                if (parameters.Length is 0 or > 2 * ProfileRules.MaxChoices || parameters.Length % 2 != 0) throw Wrong("it has a fraction and an accuracy for each of its points");
                try
                {
                    return new TableCurve([.. Enumerable.Range(0, parameters.Length / 2).Select(i => new CurveKnot(parameters[2 * i], parameters[(2 * i) + 1]))]);
                }
                catch (ArgumentException e)
                {
                    throw new IsthmusException(ErrorKind.Planning, $"The curve '{kind}' cannot be used: {Sentence(e)}", e);
                }

            default:
                throw new IsthmusException(ErrorKind.Planning, $"There is no curve of the kind '{Shown(kind)}': this software knows {string.Join(", ", Kinds)}.");
        }

        IsthmusException Wrong(string reason) => new(ErrorKind.Planning, $"The curve '{Shown(kind)}' cannot be used: {reason}.");
    }

    /// <summary>The numbers that <see cref="Create"/> makes the same curve of.</summary>
    /// <exception cref="ArgumentException">It is of a kind that is not written.</exception>
    public static ImmutableArray<double> Parameters(IAccuracyCurve curve) => curve switch
    {
        GompertzCurve g => [g.A, g.B, g.C],
        ExponentialCurve e => [e.A, e.B, e.C],
        TableCurve t => [.. t.Knots.SelectMany(k => new[] { k.Fraction, k.Accuracy })],
        _ => throw new ArgumentException("There is no such kind of curve.", nameof(curve)),
    };

    private static string Sentence(ArgumentException e) => e.Message.Split(" (Parameter", StringSplitOptions.None)[0];

    // A hostile name must not flood the terminal.
    private static string Shown(string? text) => text is null ? "" : new([.. text.Take(32).Where(c => !char.IsControl(c))]);
}
