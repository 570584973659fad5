using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// What must hold of every profile, so that the planner can trust each number: the version, unique names, known cuts, at least
/// one device, finite times, shares in 0…1, sizes within bounds.
/// </summary>
public static class ProfileRules
{
    /// <summary>The largest number of cuts.</summary>
    public const int MaxCuts = 4096;

    /// <summary>The largest number of nodes.</summary>
    public const int MaxNodes = 64;

    /// <summary>The largest number of codecs of a cut, and of input encodings.</summary>
    public const int MaxChoices = 256;

    /// <summary>The largest number of segments that one node has measured.</summary>
    public const int MaxSegments = 200_000;

    /// <summary>The largest number of curves, and of tables of confidence.</summary>
    public const int MaxCurves = 32;

    /// <summary>The longest time that counts as a measurement: one hour.</summary>
    public const double MaxMilliseconds = 3_600_000;

    /// <summary>The largest size of a tensor or an image: a terabyte.</summary>
    public const long MaxSize = 1_000_000_000_000;

    /// <summary>The most multiply-accumulates of a network.</summary>
    public const long MaxMacs = 1_000_000_000_000_000_000;

    /// <summary>The most layers of a network.</summary>
    public const int MaxLayers = 1_000_000;

    /// <summary>The most watts, money for an hour or a gigabyte, or joules for a byte.</summary>
    public const double MaxRate = 1e9;

    /// <summary>The least that a node may have been found to take of its measured time.</summary>
    public const double MinRatio = 0.01;

    /// <summary>The most times as long as measured that a node may have been found to take.</summary>
    public const double MaxRatio = 100;

    private const int MaxName = 256;

    // Exporters join the path of a tensor's layer into its name.
    private const int MaxTensorName = 8192;

    /// <summary>Checks a profile.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">A rule is broken; the message names the member.</exception>
    public static void Check(Profile profile, string name = "profile")
    {
        ArgumentNullException.ThrowIfNull(profile);
        Checker check = new(name);
        check.That(profile.Version == Profile.CurrentVersion, "version", $"it is {profile.Version}, and this software reads {Profile.CurrentVersion}; profile again");
        check.Text(profile.ModelName, "modelName");
        check.Text(profile.SoftwareVersion, "softwareVersion");
        check.Count(profile.SampleCount, "sampleCount");
        check.Size(profile.OutputBytes, "outputBytes");
        check.That(profile.Macs is null or (>= 0 and <= MaxMacs), "macs", "it must be from 0 to 10^18");
        check.That(profile.Layers is null or (>= 0 and <= MaxLayers), "layers", $"it must be from 0 to {MaxLayers}");
        check.That(profile.Expires is not { } end || end >= profile.Created, "expires", "it is before the profile was made");
        if (profile.Calibration is { } calibration)
        {
            check.Count(calibration.SampleCount, "calibration.sampleCount");
            check.Text(calibration.SoftwareVersion, "calibration.softwareVersion");
            check.Share(calibration.Top1 ?? 0, "calibration.top1");
            check.Share(calibration.Top5 ?? 0, "calibration.top5");
        }

        HashSet<string> cuts = Cuts(check, profile);
        HashSet<InputEncoding> inputs = Inputs(check, profile);
        HashSet<string> nodes = Nodes(check, profile, cuts, inputs);
        Links(check, profile, nodes);
        Curves(check, profile);
        Confidences(check, profile);
    }

    /// <summary>Checks a link that did not come with a profile.</summary>
    /// <exception cref="IsthmusException">Its numbers are out of range.</exception>
    public static void Check(LinkProfile link)
    {
        ArgumentNullException.ThrowIfNull(link);
        new Checker("link").Link(link, $"link {link.From}-{link.To}");
    }

    private static HashSet<string> Cuts(Checker check, Profile profile)
    {
        check.List(profile.Cuts, "cuts", MaxCuts);
        HashSet<string> ids = new(StringComparer.Ordinal);
        for (int i = 0; i < profile.Cuts.Length; i++)
        {
            string at = $"cuts[{i}]";
            CutProfile cut = check.NotNull(profile.Cuts[i], at);
            check.Text(cut.Id, $"{at}.id");
            check.That(ids.Add(cut.Id), $"{at}.id", $"'{cut.Id}' is there twice");
            check.List(cut.Tensors, $"{at}.tensors", MaxChoices);
            check.That(cut.Tensors.Length > 0, $"{at}.tensors", "a cut has at least one tensor");
            foreach (CutTensor tensor in cut.Tensors)
            {
                check.Text(check.NotNull(tensor, $"{at}.tensors").Name, $"{at}.tensors.name", MaxTensorName);
                check.That(tensor.Tables is null || tensor.Tables.Shape == tensor.Shape, $"{at}.tensors.tables", "they are of another shape than the tensor");
            }

            check.Size(cut.Bytes.Value, $"{at}.bytes");
            check.Share(cut.MacShare, $"{at}.macShare");
            check.That(cut.Layers is null or (>= 0 and <= MaxLayers), $"{at}.layers", $"it must be from 0 to {MaxLayers}");
            check.That(i == 0 || cut.Layers is null || !(cut.Layers < profile.Cuts[i - 1].Layers), $"{at}.layers", "it is smaller than that of the cut before it");
            check.List(cut.Codecs, $"{at}.codecs", MaxChoices);
            HashSet<CodecSpec> codecs = [];
            for (int k = 0; k < cut.Codecs.Length; k++)
            {
                string codecAt = $"{at}.codecs[{k}]";
                CodecProfile codec = check.NotNull(cut.Codecs[k], codecAt);
                check.That(codecs.Add(codec.Codec), codecAt, $"'{codec.Codec}' is there twice");
                check.Size(codec.Bytes.Value, $"{codecAt}.bytes");
                check.Share(codec.AccuracyLoss, $"{codecAt}.accuracyLoss");
                check.Count(codec.SampleCount, $"{codecAt}.sampleCount");
                check.Accuracy(codec.Accuracy, codec.AccuracyLoss, $"{codecAt}.accuracy");
            }
        }

        return ids;
    }

    private static HashSet<InputEncoding> Inputs(Checker check, Profile profile)
    {
        check.List(profile.Inputs, "inputs", MaxChoices);
        HashSet<InputEncoding> inputs = [];
        for (int i = 0; i < profile.Inputs.Length; i++)
        {
            string at = $"inputs[{i}]";
            InputProfile input = check.NotNull(profile.Inputs[i], at);
            check.That(input.Encoding.Kind != InputKind.Local, $"{at}.encoding", "'local' does not cross, so it has no size");
            check.That(inputs.Add(input.Encoding), $"{at}.encoding", $"'{input.Encoding}' is there twice");
            check.Size(input.Bytes.Value, $"{at}.bytes");
            check.Share(input.AccuracyLoss, $"{at}.accuracyLoss");
            check.Count(input.SampleCount, $"{at}.sampleCount");
            check.Accuracy(input.Accuracy, input.AccuracyLoss, $"{at}.accuracy");
        }

        return inputs;
    }

    private static HashSet<string> Nodes(Checker check, Profile profile, HashSet<string> cuts, HashSet<InputEncoding> inputs)
    {
        check.List(profile.Nodes, "nodes", MaxNodes);
        Dictionary<string, int> order = new(StringComparer.Ordinal);
        for (int i = 0; i < profile.Cuts.Length; i++) order[profile.Cuts[i].Id] = i;
        HashSet<string> names = new(StringComparer.Ordinal);
        int devices = 0;
        for (int i = 0; i < profile.Nodes.Length; i++)
        {
            string at = $"nodes[{i}]";
            NodeProfile node = check.NotNull(profile.Nodes[i], at);
            check.Text(node.Name, $"{at}.name");
            check.That(names.Add(node.Name), $"{at}.name", $"'{node.Name}' is there twice");
            check.That(Enum.IsDefined(node.Tier), $"{at}.tier", "it is none of device, edge and cloud");
            if (node.Tier == Tier.Device) devices++;
            check.That(double.IsFinite(node.Slowdown) && node.Slowdown is >= 1 and <= 1e6, $"{at}.slowdown", "it must be at least 1");
            check.NotNull(node.Host, $"{at}.host");
            check.NotNull(node.Runtime, $"{at}.runtime");
            check.That(node.Threads is >= 1 and <= 65536, $"{at}.threads", "it must be at least 1");
            check.Time(node.Overhead, $"{at}.overhead");
            check.That(
                node.Computed is null or { Peak.Value: >= 1 and <= FlopsPerSecond.Max, Coefficient: >= 0 and <= ProportionalMachine.MaxCoefficient },
                $"{at}.computed", "its rate and its coefficient must be those of a machine");
            if (node.Power is { } power)
            {
                check.Rate(power.Busy, $"{at}.power.busy");
                check.Rate(power.Idle, $"{at}.power.idle");
            }

            check.Rate(node.PricePerHour, $"{at}.pricePerHour");
            check.That(node.MeasuredRatio is null or (>= MinRatio and <= MaxRatio), $"{at}.measuredRatio", "it must be from 0.01 to 100");
            Segments(check, node, at, order);
            CodecTimes(check, node, at, cuts);
            InputTimes(check, node, at, inputs);
        }

        check.That(devices >= 1, "nodes", "at least one node must be a device, and none is");
        return names;
    }

    private static void Segments(Checker check, NodeProfile node, string at, Dictionary<string, int> order)
    {
        check.List(node.Segments, $"{at}.segments", MaxSegments);
        // One number for both ends is hashed in a quarter of the time.
        HashSet<int> seen = new(node.Segments.Length);
        for (int k = 0; k < node.Segments.Length; k++)
        {
            SegmentTiming? segment = node.Segments[k];
            if (segment is null) check.Fail($"{at}.segments[{k}]", "it is null");
            int from = -1;
            int to = order.Count;
            if (segment!.From is not null && !order.TryGetValue(segment.From, out from))
                check.Fail($"{at}.segments[{k}].from", $"there is no cut '{Checker.Shown(segment.From)}'");
            if (segment.To is not null && !order.TryGetValue(segment.To, out to))
                check.Fail($"{at}.segments[{k}].to", $"there is no cut '{Checker.Shown(segment.To)}'");
            if (from >= to) check.Fail($"{at}.segments[{k}]", "it ends before it begins");
            if (!seen.Add(((from + 1) * (MaxCuts + 1)) + to)) check.Fail($"{at}.segments[{k}]", "it is there twice");
            if (segment.Timing is null || segment.Timing.Count < (node.Computed is null ? 1 : 0) || !Checker.IsTime(segment.Timing.P50) || !Checker.IsTime(segment.Timing.P95))
                check.Fail($"{at}.segments[{k}].timing", "it needs a count of at least 1 and times from 0 to an hour");
            if (segment.Load is { } load && !Checker.IsTime(load)) check.Fail($"{at}.segments[{k}].load", "it must be from 0 milliseconds to an hour");
            if (segment.PeakMemory is { } peak && peak.Value is < 0 or > MaxSize) check.Fail($"{at}.segments[{k}].peakMemory", "it must be from 0 bytes to a terabyte");
        }
    }

    private static void CodecTimes(Checker check, NodeProfile node, string at, HashSet<string> cuts)
    {
        check.List(node.Codecs, $"{at}.codecs", MaxCuts * MaxChoices);
        HashSet<(string, CodecSpec)> seen = new(node.Codecs.Length);
        for (int k = 0; k < node.Codecs.Length; k++)
        {
            CodecTiming? codec = node.Codecs[k];
            if (codec?.Cut is null || !cuts.Contains(codec.Cut))
                check.Fail($"{at}.codecs[{k}].cut", $"there is no cut '{Checker.Shown(codec?.Cut)}'");
            if (!seen.Add((codec!.Cut, codec.Codec))) check.Fail($"{at}.codecs[{k}]", "it is there twice");
            if (!Checker.IsTime(codec.Encode) || !Checker.IsTime(codec.Decode)) check.Fail($"{at}.codecs[{k}]", "its times must be from 0 to an hour");
        }
    }

    private static void InputTimes(Checker check, NodeProfile node, string at, HashSet<InputEncoding> inputs)
    {
        check.List(node.Inputs, $"{at}.inputs", MaxChoices);
        HashSet<InputEncoding> seen = [];
        for (int k = 0; k < node.Inputs.Length; k++)
        {
            InputTiming input = check.NotNull(node.Inputs[k], $"{at}.inputs[{k}]");
            check.That(
                input.Encoding.Kind == InputKind.Local || inputs.Contains(input.Encoding),
                $"{at}.inputs[{k}].encoding", $"'{input.Encoding}' is not among the profile's inputs");
            check.That(seen.Add(input.Encoding), $"{at}.inputs[{k}].encoding", $"'{input.Encoding}' is there twice");
            check.Time(input.Encode, $"{at}.inputs[{k}].encode");
            check.Time(input.Decode, $"{at}.inputs[{k}].decode");
        }
    }

    private static void Links(Checker check, Profile profile, HashSet<string> nodes)
    {
        check.List(profile.Links, "links", MaxNodes * MaxNodes);
        HashSet<(string, string)> seen = [];
        for (int i = 0; i < profile.Links.Length; i++)
        {
            string at = $"links[{i}]";
            LinkProfile link = check.NotNull(profile.Links[i], at);
            check.That(link.From is not null && nodes.Contains(link.From), $"{at}.from", $"there is no node '{Checker.Shown(link.From)}'");
            check.That(link.To is not null && nodes.Contains(link.To), $"{at}.to", $"there is no node '{Checker.Shown(link.To)}'");
            check.That(link.From != link.To, at, "a link leads from one node to another");
            check.That(seen.Add((link.From!, link.To!)), at, $"the link from '{link.From}' to '{link.To}' is there twice");
            check.Link(link, at);
        }
    }

    private static void Curves(Checker check, Profile profile)
    {
        check.List(profile.InputCurves, "inputCurves", MaxCurves);
        HashSet<string> families = new(StringComparer.Ordinal);
        for (int i = 0; i < profile.InputCurves.Length; i++)
        {
            string at = $"inputCurves[{i}]";
            InputCurve curve = check.NotNull(profile.InputCurves[i], at);
            check.Text(curve.Family, $"{at}.family");
            check.That(families.Add(curve.Family), $"{at}.family", $"'{Checker.Shown(curve.Family)}' is there twice");
            check.That(curve.Reference.Kind != InputKind.Local && !curve.Reference.IsPartial, $"{at}.reference", "fraction 1 is a form in which the whole picture crosses");
            check.Size(curve.Bytes.Value, $"{at}.bytes");
            check.Count(curve.SampleCount, $"{at}.sampleCount");
            check.Share(curve.Whole, $"{at}.whole");
            Points(check, curve, at);
            Fits(check, curve, at);
        }
    }

    private static void Points(Checker check, InputCurve curve, string at)
    {
        check.List(curve.Points, $"{at}.points", MaxChoices);
        check.That(curve.Points.Length > 0, $"{at}.points", "a curve has at least one point");
        for (int k = 0; k < curve.Points.Length; k++)
        {
            string pointAt = $"{at}.points[{k}]";
            CurvePoint point = check.NotNull(curve.Points[k], pointAt);
            check.That(point.Encoding.Kind != InputKind.Local, $"{pointAt}.encoding", "'local' does not cross");
            check.That(point.Fraction is > 0 and <= 1, $"{pointAt}.fraction", "it must be above 0 and at most 1");
            check.Size(point.Bytes.Value, $"{pointAt}.bytes");
            check.Share(point.Accuracy, $"{pointAt}.accuracy");
            check.Share(point.Low, $"{pointAt}.low");
            check.Share(point.High, $"{pointAt}.high");
            check.That(point.Low <= point.Accuracy && point.Accuracy <= point.High, pointAt, "the accuracy must lie in its interval");
            check.Share(point.Agreement, $"{pointAt}.agreement");
            check.Count(point.Count, $"{pointAt}.count");
            if (k == 0) continue;
            check.That(point.Fraction > curve.Points[k - 1].Fraction, $"{pointAt}.fraction", "the fractions must rise");
            check.That(point.Bytes.Value >= curve.Points[k - 1].Bytes.Value, $"{pointAt}.bytes", "more of the picture cannot be fewer bytes");
        }
    }

    private static void Fits(Checker check, InputCurve curve, string at)
    {
        check.List(curve.Fits, $"{at}.fits", AccuracyCurves.Kinds.Length);
        HashSet<string> kinds = new(StringComparer.Ordinal);
        for (int k = 0; k < curve.Fits.Length; k++)
        {
            string fitAt = $"{at}.fits[{k}]";
            CurveFit fit = check.NotNull(curve.Fits[k], fitAt);
            try
            {
                fit.Curve();
            }
            catch (IsthmusException e)
            {
                check.Fail(fitAt, e.Message.TrimEnd('.'));
            }

            check.That(kinds.Add(fit.Kind), $"{fitAt}.kind", $"'{fit.Kind}' is there twice");
            check.Share(fit.Error, $"{fitAt}.error");
            check.Share(fit.HeldOutError ?? 0, $"{fitAt}.heldOutError");
            check.Share(fit.BetweenError ?? 0, $"{fitAt}.betweenError");
            check.List(fit.Band, $"{fitAt}.band", MaxChoices);
            for (int b = 0; b < fit.Band.Length; b++)
            {
                check.That(fit.Band[b].Fraction is > 0 and <= 1 && (b == 0 || fit.Band[b].Fraction > fit.Band[b - 1].Fraction), $"{fitAt}.band[{b}].fraction", "the fractions must rise, above 0 and up to 1");
                check.That(fit.Band[b].Low is >= 0 and <= 1 && fit.Band[b].High <= 1 && fit.Band[b].Low <= fit.Band[b].High, $"{fitAt}.band[{b}]", "its ends must be from 0 to 1, the lower one first");
            }
        }

        check.That(curve.Chosen is not null && kinds.Contains(curve.Chosen), $"{at}.chosen", $"'{Checker.Shown(curve.Chosen)}' is none of the curve's fits");
    }

    private static void Confidences(Checker check, Profile profile)
    {
        check.List(profile.ConfidenceTables, "confidenceTables", MaxCurves);
        HashSet<(string, string)> seen = [];
        for (int i = 0; i < profile.ConfidenceTables.Length; i++)
        {
            string at = $"confidenceTables[{i}]";
            ConfidenceTable table = check.NotNull(profile.ConfidenceTables[i], at);
            check.Text(table.DeviceModelName, $"{at}.deviceModelName");
            check.Text(table.Family, $"{at}.family");
            check.That(seen.Add((table.DeviceModel.ToString(), table.Family)), at, "it is there twice");
            check.List(table.Fractions, $"{at}.fractions", MaxChoices);
            check.That(table.Fractions.Length > 0, $"{at}.fractions", "at least one is expected");
            for (int k = 0; k < table.Fractions.Length; k++)
                check.That(table.Fractions[k] is > 0 and <= 1 && (k == 0 || table.Fractions[k] > table.Fractions[k - 1]), $"{at}.fractions[{k}]", "the fractions must rise, above 0 and up to 1");
            check.List(table.Bins, $"{at}.bins", ConfidenceTable.MaxBins);
            check.That(table.Bins.Length > 0, $"{at}.bins", "at least one is expected");
            for (int k = 0; k < table.Bins.Length; k++)
            {
                string binAt = $"{at}.bins[{k}]";
                ConfidenceBin bin = check.NotNull(table.Bins[k], binAt);
                check.Share(bin.From, $"{binAt}.from");
                check.That(k == 0 || bin.From >= table.Bins[k - 1].From, $"{binAt}.from", "the confidence must not fall from bin to bin");
                check.Count(bin.Count, $"{binAt}.count");
                check.That(bin.DeviceRight >= 0 && bin.DeviceRight <= bin.Count, $"{binAt}.deviceRight", "more are right than there are");
                check.List(bin.RemoteRight, $"{binAt}.remoteRight", MaxChoices);
                check.That(bin.RemoteRight.Length == table.Fractions.Length && bin.RemoteRight.All(r => r >= 0 && r <= bin.Count), $"{binAt}.remoteRight", "a count for each fraction is expected, none above the number of images");
            }
        }
    }

    private readonly struct Checker(string name)
    {
        public static bool IsTime(Milliseconds time) => time.Value is >= 0 and <= MaxMilliseconds;

        // A hostile name must not flood the terminal.
        public static string Shown(string? text) => text is null ? "" : text.Length <= 64 ? text : text[..64] + "…";

        public void Fail(string member, string reason) =>
            throw new IsthmusException(ErrorKind.Planning, $"The profile '{name}' cannot be used: {member}: {reason}.");

        public void That(bool holds, string member, string reason)
        {
            if (!holds) Fail(member, reason);
        }

        public T NotNull<T>(T? value, string member)
            where T : class
        {
            if (value is null) Fail(member, "it is null");
            return value!;
        }

        public void Text(string? value, string member, int max = MaxName)
        {
            if (string.IsNullOrWhiteSpace(value) || value.Length > max || value.Any(char.IsControl))
                Fail(member, $"a text of 1 to {max} characters without control characters is expected");
        }

        public void List<T>(ImmutableArray<T> list, string member, int max)
        {
            if (list.IsDefault) Fail(member, "it is missing");
            if (list.Length > max) Fail(member, $"{list.Length} entries are more than {max}");
        }

        public void Count(int value, string member) => That(value >= 1, member, "it must be at least 1");

        public void Size(long value, string member) => That(value is >= 0 and <= MaxSize, member, "it must be from 0 bytes to a terabyte");

        public void Share(double value, string member) => That(value is >= 0 and <= 1, member, "it must be from 0 to 1");

        public void Change(double value, string member) => That(value is >= -1 and <= 1, member, "it must be from −1 to 1");

        public void Accuracy(MeasuredAccuracy? accuracy, double loss, string member)
        {
            if (accuracy is null) return;
            Change(accuracy.RawLoss, $"{member}.rawLoss");
            Change(accuracy.Low, $"{member}.low");
            Change(accuracy.High, $"{member}.high");
            That(accuracy.Low <= accuracy.RawLoss && accuracy.RawLoss <= accuracy.High, member, "the raw loss must lie in its interval");
            Share(accuracy.Agreement, $"{member}.agreement");
            Change(accuracy.Top1Change ?? 0, $"{member}.top1Change");
            Change(accuracy.Top5Change ?? 0, $"{member}.top5Change");
            Share(accuracy.McNemar ?? 0, $"{member}.mcNemar");
            // What was not tried to the end may not be planned with as if it had been.
            That(!accuracy.Stopped || loss == 1, member, "a setting that was stopped early must have the accuracy loss 1");
        }

        public void Time(Milliseconds value, string member) => That(IsTime(value), member, "it must be from 0 milliseconds to an hour");

        public void Rate(double? value, string member) => That(value is null or (>= 0 and <= MaxRate), member, "it must be from 0 to a billion");

        public void Link(LinkProfile link, string member)
        {
            Rate(link.PricePerGigabyte, $"{member}.pricePerGigabyte");
            Rate(link.JoulesPerByte, $"{member}.joulesPerByte");
            Time(link.RoundTrip, $"{member}.roundTrip");
            // At most a terabyte over at least one bit per second stays far from overflow.
            That(link.Bandwidth.Value >= 1, $"{member}.bandwidth", "it must be at least 1 bit per second");
        }
    }
}
