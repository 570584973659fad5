using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Runtime.Calibration;

/// <summary>A way to make a picture's bytes fewer, and at how many of them a calibration measures the accuracy.</summary>
/// <param name="Name">What it is called: see <see cref="InputCurve.Family"/>.</param>
/// <param name="Reference">The form that is all of it, fraction 1.</param>
/// <param name="Points">The forms that are measured, the reference among them, from the coarsest.</param>
public sealed record CurveFamily(string Name, InputEncoding Reference, ImmutableArray<InputEncoding> Points)
{
    /// <summary>The fractions of a progressive form that are measured by default: closer together where curves are steep.</summary>
    public static ImmutableArray<double> DefaultFractions { get; } = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    /// <summary>The families that are measured by default.</summary>
    public static ImmutableArray<string> DefaultNames { get; } = ["embedded", "jpeg:75", InputCurve.QualityFamily, InputCurve.ScaleFamily];

    private static readonly ImmutableArray<int> Qualities = [5, 10, 20, 30, 40, 50, 60, 75, 90];

    private static readonly ImmutableArray<double> Scales = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1];

    /// <summary>
    /// A family of its name: a progressive form such as "jpeg:75" or "embedded", whose first parts are measured; "quality", JPEGs of lower quality; or "scale", smaller JPEGs of quality 75.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="fractions">The fractions of a progressive form; all of it is measured in any case.</param>
    /// <exception cref="IsthmusException">There is no such family, or a fraction is none.</exception>
    public static CurveFamily Parse(string name, ImmutableArray<double> fractions)
    {
        ArgumentNullException.ThrowIfNull(name);
        switch (name.Trim().ToLowerInvariant())
        {
            case InputCurve.QualityFamily:
                return new(InputCurve.QualityFamily, InputEncoding.Jpeg(Qualities[^1]), [.. Qualities.Select(InputEncoding.Jpeg)]);
            case InputCurve.ScaleFamily:
                return new(InputCurve.ScaleFamily, InputEncoding.Jpeg(75), [.. Scales.Select(s => InputEncoding.Jpeg(75).ScaledBy(s))]);
        }

        InputEncoding whole;
        try
        {
            whole = InputEncoding.Parse(name);
        }
        catch (IsthmusException e)
        {
            throw Unknown(e);
        }

        if (!whole.IsProgressive || whole.IsPartial) throw Unknown(null);
        return new(whole.ToString(), whole, [.. fractions.Select(whole.First).Append(whole).Distinct().OrderBy(p => p.Fraction)]);

        IsthmusException Unknown(Exception? inner) => new(
            ErrorKind.Usage, $"'{name}' is no family of inputs: choose a form whose first part is a picture (jpeg:Q or embedded), {InputCurve.QualityFamily} or {InputCurve.ScaleFamily}.", inner!);
    }

    /// <summary>Reads a list of fractions.</summary>
    /// <exception cref="IsthmusException">It is none of numbers above 0 and at most 1.</exception>
    public static ImmutableArray<double> ParseFractions(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        string[] texts = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (texts.Length == 0) throw new IsthmusException(ErrorKind.Usage, "There is no fraction in the list: name some, such as 0.1,0.3,1.");
        return [.. texts.Select(t => double.TryParse(t, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0.001 and <= 1
            ? Math.Round(value, 3) : throw new IsthmusException(ErrorKind.Usage, $"'{t}' is not a fraction of the bytes: choose 0.001 to 1.")).Distinct().Order()];
    }
}
