using System.Collections.Frozen;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>
/// A checked profile, laid out for looking numbers up. What was not measured is not there: nothing is interpolated, added up from
/// parts or guessed, because the time of a segment is not the sum of the times of its layers (QDMP, IMWUT 2020).
/// </summary>
public sealed class ProfileIndex
{
    private const int MaxSummed = 4_000_000;

    private readonly FrozenDictionary<string, int> _cuts;
    private readonly FrozenDictionary<string, int> _nodes;
    private readonly Dictionary<CodecSpec, int>[] _codecs;
    private readonly Dictionary<InputEncoding, int> _inputs;
    private readonly NodeTimes[] _times;
    private readonly Lazy<ProfileIndex> _summed;
    private readonly Lazy<ProfileIndex> _fractions;

    // By input: whether a curve is known of its family, and the first input of that family. Of the inputs behind those that were measured, where their losses come from.
    private readonly bool[] _ofCurve;
    private readonly int[] _form;
    private readonly FractionInputs? _parts;
    private readonly int _own;

    private ProfileIndex(Profile profile)
    {
        Profile = profile;
        _cuts = profile.Cuts.Select((c, i) => KeyValuePair.Create(c.Id, i)).ToFrozenDictionary(StringComparer.Ordinal);
        _nodes = profile.Nodes.Select((n, i) => KeyValuePair.Create(n.Name, i)).ToFrozenDictionary(StringComparer.Ordinal);
        _codecs = [.. profile.Cuts.Select(c => c.Codecs.Select((k, i) => (k.Codec, i)).ToDictionary(k => k.Codec, k => k.i))];
        _inputs = profile.Inputs.Select((x, i) => (x.Encoding, i)).ToDictionary(x => x.Encoding, x => x.i);
        _times = [.. profile.Nodes.Select(n => new NodeTimes(n, this))];
        _summed = new(() => new(this));
        _fractions = new(() => FractionInputs.CurvesOf(Profile).Any() ? new(this, FractionInputs.Of(Profile, null)) : this);
        HashSet<InputEncoding> curves = [.. (profile.InputCurves.IsDefault ? [] : profile.InputCurves).SelectMany(c => c.Points.Select(p => p.Encoding).Append(c.Reference))];
        _ofCurve = [.. profile.Inputs.Select(x => curves.Contains(x.Encoding))];
        _form = [.. Enumerable.Range(0, profile.Inputs.Length)];
        Devices = [.. Enumerable.Range(0, profile.Nodes.Length).Where(n => profile.Nodes[n].Tier == Tier.Device)];
    }

    private ProfileIndex(ProfileIndex measured)
    {
        Profile = measured.Profile;
        _cuts = measured._cuts;
        _nodes = measured._nodes;
        _codecs = measured._codecs;
        _inputs = measured._inputs;
        int left = MaxSummed;
        _times = [.. measured._times.Select((t, n) => t.WithSums(Profile.Nodes[n].Tier, ref left))];
        _summed = new(this);
        _fractions = new(this);
        _ofCurve = measured._ofCurve;
        _form = measured._form;
        _parts = measured._parts;
        _own = measured._own;
        Devices = measured.Devices;
    }

    private ProfileIndex(ProfileIndex measured, FractionInputs parts)
    {
        int own = measured.Profile.Inputs.Length;
        Profile = measured.Profile with { Inputs = [.. measured.Profile.Inputs, .. parts.Inputs] };
        _cuts = measured._cuts;
        _nodes = measured._nodes;
        _codecs = measured._codecs;
        _inputs = Profile.Inputs.Select((x, i) => (x.Encoding, i)).ToDictionary(x => x.Encoding, x => x.i);
        _times = [.. measured._times.Select((t, n) => t.WithParts(parts.TimesOn(Profile.Nodes[n])))];
        _summed = new(() => new(this));
        _fractions = new(this);
        _ofCurve = [.. measured._ofCurve, .. Enumerable.Repeat(true, parts.Inputs.Length)];
        HashSet<InputEncoding> forms = [.. FractionInputs.CurvesOf(Profile).Select(c => c.Reference)];
        Dictionary<InputEncoding, int> first = [];
        _form = [.. Profile.Inputs.Select((x, i) => !forms.Contains(x.Encoding.Whole) ? i : first.TryGetValue(x.Encoding.Whole, out int f) ? f : first[x.Encoding.Whole] = i)];
        _parts = parts;
        _own = own;
        Devices = measured.Devices;
    }

    /// <summary>The profile.</summary>
    public Profile Profile { get; }

    /// <summary>
    /// The same, in which a segment that was not measured as a whole takes as long as its blocks together (<see cref="SegmentTimes.Blocks"/>), if all of them were
    /// measured. Heads on devices, tails on clouds, and all segments on edges, which is where plans need them.
    /// </summary>
    /// <exception cref="IsthmusException">There would be too many segments.</exception>
    public ProfileIndex Summed => _summed.Value;

    /// <summary>
    /// The same, with the parts of pictures that were not measured themselves but that a curve says something of, in thousandths, among the inputs; the same one if the profile has no
    /// such curve. Sums of blocks are of this one.
    /// </summary>
    public ProfileIndex WithFractions => _fractions.Value;

    /// <summary>Whether parts that were not measured are among the inputs.</summary>
    internal bool HasFractions => _parts is not null;

    /// <summary>The positions of the devices among the profile's nodes; at least one.</summary>
    internal int[] Devices { get; }

    /// <summary>The position of the first device, mostly the only one.</summary>
    internal int Device => Devices[0];

    /// <summary>The number of cuts; as a position, the model's output. The model's input is −1.</summary>
    internal int End => Profile.Cuts.Length;

    /// <summary>Checks a profile and lays it out.</summary>
    /// <exception cref="IsthmusException">The profile breaks a rule of <see cref="ProfileRules"/>.</exception>
    public static ProfileIndex Of(Profile profile)
    {
        ProfileRules.Check(profile);
        return new(profile);
    }

    /// <summary>What was measured of a cut.</summary>
    /// <exception cref="IsthmusException">The profile has no such cut.</exception>
    public CutProfile Cut(string id) => Profile.Cuts[CutAt(id)];

    /// <summary>What was measured on a node.</summary>
    /// <exception cref="IsthmusException">The profile has no such node.</exception>
    public NodeProfile Node(string name) => Profile.Nodes[NodeAt(name)];

    /// <summary>How long a node takes for a segment, as profiled; null if that was not measured.</summary>
    /// <exception cref="IsthmusException">The profile has no such node or cut.</exception>
    public Milliseconds? Compute(string node, string? from, string? to)
    {
        double ms = Compute(NodeAt(node), from is null ? -1 : CutAt(from), to is null ? End : CutAt(to));
        return double.IsNaN(ms) ? null : new Milliseconds(ms);
    }

    internal int CutAt(string id) => _cuts.TryGetValue(id, out int at) ? at
        : throw new IsthmusException(ErrorKind.Planning, $"The profile of {Profile.ModelName} has no cut '{id}': 'isthmus inspect' lists the model's cuts, and 'isthmus profile' measures them.");

    internal int NodeAt(string name) => _nodes.TryGetValue(name, out int at) ? at
        : throw new IsthmusException(ErrorKind.Planning, $"The profile has no node '{name}': it knows {string.Join(", ", Profile.Nodes.Select(n => n.Name))}.");

    internal int? FindNode(string name) => _nodes.TryGetValue(name, out int at) ? at : null;

    /// <summary>The position of a codec among those of a cut; null if it was not measured.</summary>
    internal int? CodecAt(int cut, CodecSpec codec) => _codecs[cut].TryGetValue(codec, out int at) ? at : null;

    /// <summary>The same as <see cref="WithFractions"/>, with some of the thousandths only; of a measured one.</summary>
    internal ProfileIndex WithFractionsAt(IReadOnlyCollection<int> thousandths) =>
        FractionInputs.CurvesOf(Profile).Any() ? new(this, FractionInputs.Of(Profile, thousandths)) : this;

    /// <summary>Where the loss of an input comes from, if it was not measured itself.</summary>
    internal CurveEstimate? EstimateOf(int input) => _parts is not null && input >= _own ? _parts.Estimates[input - _own] : null;

    /// <summary>Whether a curve is known of the family of an input.</summary>
    internal bool IsOfCurve(int input) => _ofCurve[input];

    /// <summary>The same number for all parts of a form.</summary>
    internal int FormOf(int input) => _form[input];

    internal int? InputAt(InputEncoding input) => _inputs.TryGetValue(input, out int at) ? at : null;

    /// <summary>Milliseconds of a segment; NaN if it was not measured. −1 is the input, <see cref="End"/> the output.</summary>
    internal double Compute(int node, int from, int to)
    {
        foreach ((int end, double ms) in SegmentsFrom(node, from))
        {
            if (end == to) return ms;
        }

        return double.NaN;
    }

    /// <summary>The segments that begin at a cut and were measured on a node, in the order of their ends.</summary>
    internal ReadOnlySpan<(int To, double Ms)> SegmentsFrom(int node, int from) => _times[node].Segments[from + 1];

    /// <summary>Milliseconds from a cut to the output; NaN if that was not measured.</summary>
    internal double Tail(int node, int from)
    {
        // The output is the last end there is, so it is the last of the list if it is in it.
        ReadOnlySpan<(int To, double Ms)> segments = SegmentsFrom(node, from);
        return segments.Length > 0 && segments[^1].To == End ? segments[^1].Ms : double.NaN;
    }

    internal double Encode(int node, int cut, int codec) => _times[node].Encode[cut]?[codec] ?? double.NaN;

    internal double Decode(int node, int cut, int codec) => _times[node].Decode[cut]?[codec] ?? double.NaN;

    internal double EncodeInput(int node, int input) => _times[node].EncodeInput[input];

    internal double DecodeInput(int node, int input) => _times[node].DecodeInput[input];

    /// <summary>Milliseconds from the image file to the input tensor, on a device; NaN if that was not measured.</summary>
    internal double DecodeLocal(int device) => _times[device].DecodeLocal;

    private sealed class NodeTimes
    {
        public NodeTimes(NodeProfile node, ProfileIndex index)
        {
            List<(int, double)>[] segments = new List<(int, double)>[index.End + 1];
            foreach (SegmentTiming s in node.Segments)
            {
                int from = s.From is null ? -1 : index._cuts[s.From];
                (segments[from + 1] ??= []).Add((s.To is null ? index.End : index._cuts[s.To], s.Timing.P50.Value));
            }

            Segments = new (int, double)[segments.Length][];
            for (int i = 0; i < segments.Length; i++)
            {
                segments[i]?.Sort();
                Segments[i] = segments[i]?.ToArray() ?? [];
            }

            Encode = new double[index.End][];
            Decode = new double[index.End][];
            foreach (CodecTiming timing in node.Codecs)
            {
                int cut = index._cuts[timing.Cut];
                // A codec that was timed but not sized cannot be planned with.
                if (!index._codecs[cut].TryGetValue(timing.Codec, out int codec)) continue;
                (Encode[cut] ??= Unmeasured(index._codecs[cut].Count))![codec] = timing.Encode.Value;
                (Decode[cut] ??= Unmeasured(index._codecs[cut].Count))![codec] = timing.Decode.Value;
            }

            EncodeInput = Unmeasured(index._inputs.Count);
            DecodeInput = Unmeasured(index._inputs.Count);
            foreach (InputTiming timing in node.Inputs)
            {
                if (timing.Encoding.Kind == InputKind.Local)
                {
                    DecodeLocal = timing.Decode.Value;
                    continue;
                }

                EncodeInput[index._inputs[timing.Encoding]] = timing.Encode.Value;
                DecodeInput[index._inputs[timing.Encoding]] = timing.Decode.Value;
            }
        }

        private NodeTimes(NodeTimes measured, (int To, double Ms)[][] segments)
        {
            Segments = segments;
            Encode = measured.Encode;
            Decode = measured.Decode;
            EncodeInput = measured.EncodeInput;
            DecodeInput = measured.DecodeInput;
            DecodeLocal = measured.DecodeLocal;
        }

        private NodeTimes(NodeTimes measured, double[] encode, double[] decode)
        {
            Segments = measured.Segments;
            Encode = measured.Encode;
            Decode = measured.Decode;
            EncodeInput = encode;
            DecodeInput = decode;
            DecodeLocal = measured.DecodeLocal;
        }

        public (int To, double Ms)[][] Segments { get; }

        public double[]?[] Encode { get; }

        public double[]?[] Decode { get; }

        public double[] EncodeInput { get; }

        public double[] DecodeInput { get; }

        public double DecodeLocal { get; } = double.NaN;

        /// <summary>The same, with more inputs.</summary>
        public NodeTimes WithParts((double[] Encode, double[] Decode) parts) => new(this, [.. EncodeInput, .. parts.Encode], [.. DecodeInput, .. parts.Decode]);

        /// <summary>The same, with what can be summed from blocks.</summary>
        /// <param name="tier">The node's tier, which says what plans need.</param>
        /// <param name="left">How many segments may yet be added.</param>
        public NodeTimes WithSums(Tier tier, ref int left)
        {
            int end = Segments.Length - 1;
            double[] block = new double[end + 1];
            for (int b = 0; b <= end; b++) block[b] = Segments[b] is [(int to, double ms), ..] && to == b ? ms : double.NaN;
            (int, double)[][] segments = [.. Segments];
            List<(int, double)> row = [];
            for (int from = -1; from < (tier == Tier.Device ? 0 : end); from++)
            {
                row.Clear();
                (int To, double Ms)[] measured = Segments[from + 1];
                int at = 0;
                double sum = 0;
                for (int to = from + 1; to <= end; to++)
                {
                    sum += block[to];
                    if (at < measured.Length && measured[at].To == to)
                    {
                        row.Add(measured[at++]);
                    }
                    else if (!double.IsNaN(sum) && (tier != Tier.Cloud || to == end))
                    {
                        if (--left < 0) throw new IsthmusException(ErrorKind.Planning, $"The profile has too many cuts and nodes for sums of blocks: more than {MaxSummed} segments.");
                        row.Add((to, sum));
                    }
                }

                if (row.Count > measured.Length) segments[from + 1] = [.. row];
            }

            return new(this, segments);
        }

        private static double[] Unmeasured(int count)
        {
            double[] times = new double[count];
            Array.Fill(times, double.NaN);
            return times;
        }
    }
}
