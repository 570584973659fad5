using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>Cuts each picture by its own bytes and the curve of the plan's family; pictures of other families as the plan says.</summary>
internal sealed class ProfileChooser : IPartChooser
{
    private readonly ImmutableDictionary<InputEncoding, CurveChooser> _families;

    private ProfileChooser(ImmutableDictionary<InputEncoding, CurveChooser> families) => _families = families;

    /// <summary>By a profile's curves; null if it has none of a progressive form.</summary>
    public static ProfileChooser? Of(Profile profile)
    {
        InputCurve[] curves = [.. profile.InputCurves.Where(c => c.IsContinuous && c.Reference.IsProgressive)];
        return curves.Length == 0 ? null : new(curves.DistinctBy(c => c.Reference).ToImmutableDictionary(c => c.Reference, c => new CurveChooser(c)));
    }

    public int Choose(PartQuestion question) => _families.TryGetValue(question.Planned.Whole, out CurveChooser? family) ? family.Choose(question) : question.PlannedBytes;
}
