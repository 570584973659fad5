using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>Puts calibrated sizes and losses into a profile that was measured before.</summary>
public static class CalibrationMerge
{
    /// <summary>The profile with the calibrated rows in the place of its own.</summary>
    /// <param name="profile">A profile. Its times and links stay, and so do rows, cuts and encodings that were not calibrated.</param>
    /// <param name="calibrated">The calibration of the same network.</param>
    /// <returns>
    /// The profile. Cuts that only the calibration has are left out: nothing is known of their times. The times of settings that were given up are
    /// removed, so that no plan uses them.
    /// </returns>
    /// <exception cref="IsthmusException">The two are of different networks, curves are of another manifest than the profile's calibration, or the two name different tensors with the same cut.</exception>
    public static Profile Into(Profile profile, Profile calibrated)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(calibrated);
        if (profile.Model != calibrated.Model)
            throw new IsthmusException(ErrorKind.Planning, $"The profile is of {profile.ModelName} ({profile.Model.Short}), and the calibration of {calibrated.ModelName} ({calibrated.Model.Short}): calibrate the profile's model.");
        Dictionary<string, CutProfile> cuts = calibrated.Cuts.ToDictionary(c => c.Id, StringComparer.Ordinal);
        HashSet<(string, CodecSpec)> stopped = [.. calibrated.Cuts.SelectMany(c => c.Codecs.Where(k => k.Accuracy is { Stopped: true }).Select(k => (c.Id, k.Codec)))];
        HashSet<InputEncoding> stoppedInputs = [.. calibrated.Inputs.Where(i => i.Accuracy is { Stopped: true }).Select(i => i.Encoding)];
        // Curves that were made of other inputs, or mean something else by accuracy, may not stand beside the new ones.
        bool alike = profile.Calibration is { } old && calibrated.Calibration is { } now && old.Manifest == now.Manifest && old.Labelled == now.Labelled;
        if (!calibrated.InputCurves.IsEmpty && profile.Calibration is { } other && other.Manifest != calibrated.Calibration!.Manifest)
            throw new IsthmusException(ErrorKind.Planning, $"The profile of {profile.ModelName} was calibrated with another manifest, which makes other inputs of the same pictures: use that one, or profile the model again.");
        return profile with
        {
            SampleCount = calibrated.SampleCount,
            Calibration = calibrated.Calibration,
            InputCurves = Replace(alike ? profile.InputCurves : [], calibrated.InputCurves, c => c.Family),
            ConfidenceTables = Replace(alike ? profile.ConfidenceTables : [], calibrated.ConfidenceTables, t => (t.DeviceModel, t.Family)),
            Cuts = [.. profile.Cuts.Select(c => cuts.TryGetValue(c.Id, out CutProfile? known) ? Cut(c, known) : c)],
            Inputs = Replace(profile.Inputs, calibrated.Inputs, i => i.Encoding),
            Nodes = [.. profile.Nodes.Select(n => n with
            {
                Codecs = [.. n.Codecs.Where(c => !stopped.Contains((c.Cut, c.Codec)))],
                Inputs = [.. n.Inputs.Where(i => !stoppedInputs.Contains(i.Encoding)), .. Parts(n, calibrated)],
            })],
        };
    }

    /// <summary>
    /// The form whose times a form has, where its size and loss are calibrated. A part is made by making all of it, takes no longer to decode, and may of the picture at hand be too little
    /// to be one.
    /// </summary>
    internal static InputEncoding Timed(InputEncoding input) => input.Whole;

    /// <summary>What was calibrated of a profile: the cuts, codecs and input encodings whose accuracy was measured, with their sizes and losses, and the curves.</summary>
    /// <exception cref="IsthmusException">Nothing was calibrated.</exception>
    public static Profile Only(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.Calibration is null) throw new IsthmusException(ErrorKind.Planning, $"The profile of {profile.ModelName} was not calibrated: 'isthmus calibrate' makes one that is.");
        return profile with
        {
            Cuts = [.. profile.Cuts.Select(c => c with { Codecs = [.. c.Codecs.Where(k => k.Accuracy is not null)] }).Where(c => c.Codecs.Length > 0)],
            Inputs = [.. profile.Inputs.Where(i => i.Accuracy is not null)],
            Nodes = [],
            Links = [],
        };
    }

    private static CutProfile Cut(CutProfile cut, CutProfile calibrated) => cut.Tensors.Select(t => t.Name).SequenceEqual(calibrated.Tensors.Select(t => t.Name))
        ? cut with
        {
            Codecs = Replace(cut.Codecs, calibrated.Codecs, c => c.Codec),
            Tensors = [.. cut.Tensors.Zip(calibrated.Tensors, (t, known) => t with { Tables = known.Tables ?? t.Tables })],
        }
        : throw new IsthmusException(ErrorKind.Planning, $"The cut '{cut.Id}' has other tensors in the profile than in the calibration: profile the model again with this software.");

    private static ImmutableArray<T> Replace<T, TKey>(ImmutableArray<T> rows, ImmutableArray<T> calibrated, Func<T, TKey> key)
        where TKey : notnull
    {
        Dictionary<TKey, T> by = calibrated.ToDictionary(key);
        HashSet<TKey> old = [.. rows.Select(key)];
        return [.. rows.Select(r => by.GetValueOrDefault(key(r), r)), .. calibrated.Where(c => !old.Contains(key(c)))];
    }

    private static IEnumerable<InputTiming> Parts(NodeProfile node, Profile calibrated) =>
        from input in calibrated.Inputs
        where input.Encoding.IsPartial && node.Inputs.All(i => i.Encoding != input.Encoding)
        let whole = node.Inputs.FirstOrDefault(i => i.Encoding == Timed(input.Encoding))
        where whole is not null
        select whole with { Encoding = input.Encoding };
}
