using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Storage;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Profiling;

/// <summary>
/// Measurements in Scission's form (Lockhart et al., UCC 2020): of each network, how long each of its blocks takes on each machine, and how many bytes come out of it. As JSON:
/// <c>{"systems": {"edge-NAME": {"tier": "edge", "models": {"vgg19": [[first layer, last layer, seconds, output bytes], …]}}}}</c>.
/// </summary>
public sealed class ScissionBenchmarks
{
    /// <summary>The size of the input in bytes that Scission takes if none is given: 0.15 MB.</summary>
    public static ByteCount DefaultInput { get; } = new(150_000);

    private const long MaxFileBytes = 64_000_000;
    private readonly string _name;
    private readonly ImmutableArray<Machine> _machines;

    private ScissionBenchmarks(string name, ImmutableArray<Machine> machines)
    {
        _name = name;
        _machines = machines;
    }

    /// <summary>The networks that were measured on any machine, in the order of the file.</summary>
    public IEnumerable<string> Models => _machines.SelectMany(m => m.Models.Keys).Distinct();

    /// <summary>The number of a network's last layer.</summary>
    /// <exception cref="IsthmusException">No machine has measured the network.</exception>
    public int LastLayerOf(string model) => MeasuredBy(model)[0].Models[model][^1].Last;

    /// <summary>The machines, in the order of the file.</summary>
    public IEnumerable<(string Name, Tier Tier)> Machines => _machines.Select(m => (m.Name, m.Tier));

    /// <summary>Reads a file.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, or is not of this form; the message names the member.</exception>
    public static ScissionBenchmarks Load(string path) => Parse(AtomicFile.ReadText(path, MaxFileBytes), Path.GetFileName(path));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is not of this form; the message names the member.</exception>
    public static ScissionBenchmarks Parse(string json, string name = "benchmarks")
    {
        ArgumentNullException.ThrowIfNull(json);
        List<Machine> machines = [];
        try
        {
            // By hand: a serializer that has to be made for this would take longer than all the rest of a query.
            using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            foreach (JsonProperty system in Member(name, document.RootElement, "systems", JsonValueKind.Object).EnumerateObject())
            {
                string member = $"systems.{system.Name}";
                Tier tier = TierName.Parse(Member(name, system.Value, "tier", JsonValueKind.String).GetString()!);
                string prefix = TierName.Of(tier) + "-";
                string machine = system.Name.StartsWith(prefix, StringComparison.Ordinal) ? system.Name[prefix.Length..] : system.Name;
                if (machine.Length is 0 or > 200 || machine.Contains(',', StringComparison.Ordinal)) throw Wrong(name, member, "its name is empty, too long, or has a comma");
                if (machines.Any(m => m.Name == machine)) throw Wrong(name, member, "there are two machines of this name");
                Dictionary<string, ImmutableArray<Block>> models = new(StringComparer.Ordinal);
                foreach (JsonProperty model in Member(name, system.Value, "models", JsonValueKind.Object).EnumerateObject())
                {
                    if (!models.TryAdd(model.Name, Blocks(name, $"{member}.models.{model.Name}", model.Value))) throw Wrong(name, $"{member}.models.{model.Name}", "it is there twice");
                }

                machines.Add(new(machine, tier, models));
            }
        }
        catch (JsonException e)
        {
            throw new IsthmusException(ErrorKind.Data, $"'{name}' is not a file of Scission's measurements: it is no JSON (line {(e.LineNumber ?? 0) + 1}).", e);
        }

        if (machines.Count is 0 or > ProfileRules.MaxNodes) throw Wrong(name, "systems", $"there must be from 1 to {ProfileRules.MaxNodes} machines");
        return new(name, [.. machines]);
    }

    /// <summary>
    /// One network as a profile: of segments the single blocks only, so it is planned with <see cref="SegmentTimes.Blocks"/>; of codecs raw only; of times nothing but computing, so it is planned with
    /// <see cref="CostTerms.Scission"/>. In place of multiply-accumulates, which nobody counted, a cut says which share of the layers lies before it.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="links">The links.</param>
    /// <param name="input">The size of the image; default: <see cref="DefaultInput"/>.</param>
    /// <exception cref="IsthmusException">No machine has measured the network, or the machines have not measured the same blocks.</exception>
    public Profile ToProfile(string model, ImmutableArray<LinkProfile> links, ByteCount? input = null)
    {
        Machine[] machines = MeasuredBy(model);
        ImmutableArray<Block> blocks = machines[0].Models[model];
        foreach (Machine machine in machines)
        {
            if (!machine.Models[model].Select(b => (b.First, b.Last, b.Bytes)).SequenceEqual(blocks.Select(b => (b.First, b.Last, b.Bytes))))
                throw new IsthmusException(ErrorKind.Data, $"In '{_name}', {machine.Name} and {machines[0].Name} have not measured the same blocks of {model}: measure them again.");
        }

        int layers = blocks[^1].Last + 1;
        ImmutableArray<CutProfile> cuts = [.. blocks.SkipLast(1).Select(b => new CutProfile(
            CutAfter(b.Last), [new($"layer {b.Last}", new TensorShape(1, (int)Math.Clamp(b.Bytes / sizeof(float), 1, int.MaxValue)))], new(b.Bytes), (double)(b.Last + 1) / layers,
            [new(CodecSpec.Raw, new(b.Bytes), 0, 1)]) { Layers = b.Last + 1 })];
        HashSet<string> names = [.. machines.Select(m => m.Name)];
        Profile profile = new(
            Profile.CurrentVersion, ModelHash.Of(Encoding.UTF8.GetBytes($"scission:{model}")), model, DateTimeOffset.UnixEpoch, "Scission", 1, blocks[^1].Bytes,
            cuts,
            [new(InputEncoding.File, input ?? DefaultInput, 0, 1)],
            [.. machines.Select(m => Node(m, m.Models[model]))],
            [.. links.Where(l => names.Contains(l.From) && names.Contains(l.To))])
        { Layers = layers };
        ProfileRules.Check(profile, _name);
        return profile;
    }

    /// <summary>The id of the cut after a layer.</summary>
    public static string CutAfter(int layer) => $"layer{layer}";

    private Machine[] MeasuredBy(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Machine[] machines = [.. _machines.Where(m => m.Models.ContainsKey(model))];
        return machines.Length > 0 ? machines
            : throw new IsthmusException(ErrorKind.Usage, $"'{_name}' has no network '{model}': it has {string.Join(", ", Models.Take(40))}.");
    }

    private static NodeProfile Node(Machine machine, ImmutableArray<Block> blocks)
    {
        ImmutableArray<SegmentTiming> segments = [.. blocks.Select((b, i) => new SegmentTiming(
            i == 0 ? null : CutAfter(blocks[i - 1].Last), i == blocks.Length - 1 ? null : CutAfter(b.Last), new(new(b.Seconds * 1000), new(b.Seconds * 1000), 1)))];
        return new(
            machine.Name, machine.Tier, null, 1, "as Scission measured", "as Scission measured", 1, Milliseconds.Zero, segments, [], []);
    }

    private static JsonElement Member(string name, JsonElement parent, string member, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(member, out JsonElement value) && value.ValueKind == kind ? value
            : throw Wrong(name, member, $"it is absent, or no {(kind == JsonValueKind.String ? "text" : "object")}");

    private static ImmutableArray<Block> Blocks(string name, string member, JsonElement rows)
    {
        if (rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() is < 1 or > ProfileRules.MaxCuts + 1)
            throw Wrong(name, member, $"there must be from 1 to {ProfileRules.MaxCuts + 1} blocks");
        List<Block> blocks = [];
        int next = 0;
        Span<double> row = stackalloc double[4];
        foreach (JsonElement element in rows.EnumerateArray())
        {
            int i = blocks.Count;
            int cells = 0;
            if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == row.Length)
            {
                foreach (JsonElement cell in element.EnumerateArray())
                {
                    if (cell.ValueKind == JsonValueKind.Number && cell.TryGetDouble(out row[cells])) cells++;
                }
            }

            if (cells < row.Length) throw Wrong(name, $"{member}[{i}]", "it must be [first layer, last layer, seconds, output bytes]");
            (double first, double last, double seconds, double bytes) = (row[0], row[1], row[2], row[3]);
            if (first != next || !(last >= first && last < ProfileRules.MaxLayers && last % 1 == 0))
                throw Wrong(name, $"{member}[{i}]", $"it must begin with layer {next} and end with that or a later one");
            if (!(seconds is >= 0 and <= ProfileRules.MaxMilliseconds / 1000))
                throw Wrong(name, $"{member}[{i}]", "its time must be from 0 seconds to an hour");
            if (!(bytes is >= 0 and <= ProfileRules.MaxSize && bytes % 1 == 0))
                throw Wrong(name, $"{member}[{i}]", "its output must be a whole number of bytes, at most a terabyte");
            blocks.Add(new((int)first, (int)last, seconds, (long)bytes));
            next = (int)last + 1;
        }

        return [.. blocks];
    }

    private static IsthmusException Wrong(string name, string member, string why) => new(ErrorKind.Data, $"'{name}' is not a file of Scission's measurements at {member}: {why}.");

    private readonly record struct Block(int First, int Last, double Seconds, long Bytes);

    private sealed record Machine(string Name, Tier Tier, Dictionary<string, ImmutableArray<Block>> Models);
}
