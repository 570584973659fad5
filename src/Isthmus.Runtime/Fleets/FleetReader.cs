using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Fleets;

/// <summary>Makes a fleet of a document's values. Strict: whatever is not known, doubled, of the wrong kind or out of range is refused with its line and member.</summary>
/// <param name="file">What to call the file in an error.</param>
internal sealed partial class FleetReader(string file)
{
    /// <summary>The most nodes.</summary>
    public const int MaxNodes = ProfileRules.MaxNodes;

    /// <summary>The most tags of a node.</summary>
    public const int MaxTags = 32;

    /// <summary>The longest name, tag and address.</summary>
    public const int MaxText = 256;

    /// <summary>The largest price, power and energy.</summary>
    public const double MaxRate = 1e9;

    private static readonly string[] TierNames = ["device", "edge", "cloud"];

    /// <summary>Reads a fleet.</summary>
    /// <exception cref="IsthmusException">A rule is broken.</exception>
    public Fleet Read(DocumentNode document)
    {
        Dictionary<string, DocumentNode> members = Members(document, "", ["version", "nodes", "links"], ["version", "nodes"]);
        DocumentNode version = members["version"];
        if (Number(version, "version", 0, 1e9) is var v && v != Fleet.CurrentVersion)
            throw Wrong(version, "version", $"it is {version.Value}, and this software reads {Fleet.CurrentVersion}");
        ImmutableArray<FleetNode> nodes = Nodes(members["nodes"]);
        return new(nodes, members.TryGetValue("links", out DocumentNode? links) ? Links(links, nodes) : Fleet.AllLinks(nodes));
    }

    private ImmutableArray<FleetNode> Nodes(DocumentNode list)
    {
        if (list.Kind != DocumentKind.List) throw Wrong(list, "nodes", $"a list is expected instead of {list.Describe()}");
        if (list.Items.Count is 0 or > MaxNodes) throw Wrong(list, "nodes", $"there must be 1 to {MaxNodes} nodes instead of {list.Items.Count}");
        List<FleetNode> nodes = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        HashSet<string> urls = new(StringComparer.Ordinal);
        for (int i = 0; i < list.Items.Count; i++)
        {
            DocumentNode item = list.Items[i];
            string at = $"nodes[{i}]";
            Dictionary<string, DocumentNode> m = Members(item, at, ["name", "tier", "url", "machine", "pricePerHour", "power", "slowdown", "tags"], ["name", "tier"]);
            string name = Text(m["name"], $"{at}.name");
            if (!names.Add(name)) throw Wrong(m["name"], $"{at}.name", $"'{DocumentNode.Shown(name)}' is there twice");
            Tier tier = (Tier)Choice(m["tier"], $"{at}.tier", TierNames);
            Uri? url = Optional(m, "url", n => Address(n, $"{at}.url"));
            if (url is not null && !urls.Add(url.GetLeftPart(UriPartial.Authority))) throw Wrong(m["url"], $"{at}.url", $"two nodes have the address {url.Authority}");
            if (url is null && tier != Tier.Device) throw Wrong(item, $"{at}.url", $"it is missing: only this machine has none, and this machine is a device, not {(tier == Tier.Edge ? "an edge" : "a cloud")}");
            if (url is null && nodes.Any(n => n.IsLocal)) throw Wrong(item, $"{at}.url", "it is missing: one node already is this machine");
            if (url is null != (name == Tiers.Device))
                throw Wrong(m["name"], $"{at}.name", url is null ? $"a node without a url is this machine, and must be called '{Tiers.Device}'" : $"'{Tiers.Device}' is this machine, which has no url: choose another name");
            double slowdown = Optional<double>(m, "slowdown", n => Number(n, $"{at}.slowdown", 1, 1000)) ?? 1;
            if (url is not null && m.TryGetValue("slowdown", out DocumentNode? slow)) throw Wrong(slow, $"{at}.slowdown", "only this machine is slowed down here: start the node with --slowdown");
            nodes.Add(new(name, tier, url)
            {
                Machine = Optional(m, "machine", n => Text(n, $"{at}.machine")),
                PricePerHour = Optional<double>(m, "pricePerHour", n => Number(n, $"{at}.pricePerHour", 0, MaxRate)),
                Power = Optional(m, "power", n => Power(n, $"{at}.power")),
                Slowdown = slowdown,
                Tags = Optional(m, "tags", n => Tags(n, $"{at}.tags")) ?? ImmutableSortedDictionary<string, string>.Empty,
            });
        }

        if (nodes.All(n => n.Tier != Tier.Device)) throw Wrong(list, "nodes", "at least one node must be a device: that is where pictures arise");
        return [.. nodes];
    }

    private ImmutableArray<FleetLink> Links(DocumentNode list, ImmutableArray<FleetNode> nodes)
    {
        if (list.Kind != DocumentKind.List) throw Wrong(list, "links", $"a list is expected instead of {list.Describe()}");
        int most = MaxNodes * MaxNodes;
        if (list.Items.Count > most) throw Wrong(list, "links", $"there are more than {most}");
        List<FleetLink> links = [];
        HashSet<(string, string)> seen = [];
        for (int i = 0; i < list.Items.Count; i++)
        {
            DocumentNode item = list.Items[i];
            string at = $"links[{i}]";
            Dictionary<string, DocumentNode> m = Members(item, at, ["from", "to", "bandwidth", "roundTrip", "pricePerGigabyte", "joulesPerByte", "url", "emulated"], ["from", "to"]);
            FleetNode from = Known(m["from"], $"{at}.from", nodes), to = Known(m["to"], $"{at}.to", nodes);
            if (!Fleet.IsOutward(from.Tier, to.Tier))
                throw Wrong(item, at, $"a link leads outwards, from device to edge to cloud, and this one leads from {TierNames[(int)from.Tier]} to {TierNames[(int)to.Tier]}; the way back is part of it");
            if (!seen.Add((from.Name, to.Name))) throw Wrong(item, at, $"the link from '{from.Name}' to '{to.Name}' is there twice");
            links.Add(new(from.Name, to.Name)
            {
                Bandwidth = Optional<BitsPerSecond>(m, "bandwidth", n => Unit(n, $"{at}.bandwidth", "8mbit or 300kbit", Rate(), BitsPerSecond.Parse, b => b.Value >= 1)),
                RoundTrip = Optional<Milliseconds>(m, "roundTrip", n => Unit(n, $"{at}.roundTrip", "25ms or 1.5s", Duration(), Milliseconds.Parse, t => t.Value <= ProfileRules.MaxMilliseconds)),
                PricePerGigabyte = Optional<double>(m, "pricePerGigabyte", n => Number(n, $"{at}.pricePerGigabyte", 0, MaxRate)),
                JoulesPerByte = Optional<double>(m, "joulesPerByte", n => Number(n, $"{at}.joulesPerByte", 0, MaxRate)),
                Url = Optional(m, "url", n => Address(n, $"{at}.url")),
                Emulated = m.TryGetValue("emulated", out DocumentNode? emulated) && Boolean(emulated, $"{at}.emulated"),
            });
        }

        return [.. links];
    }

    private NodePower Power(DocumentNode node, string at)
    {
        Dictionary<string, DocumentNode> m = Members(node, at, ["busy", "idle"], ["busy", "idle"]);
        double busy = Number(m["busy"], $"{at}.busy", 0, MaxRate), idle = Number(m["idle"], $"{at}.idle", 0, MaxRate);
        return busy >= idle ? new(busy, idle) : throw Wrong(node, at, "a node that computes does not draw less than one that waits");
    }

    private ImmutableSortedDictionary<string, string> Tags(DocumentNode node, string at)
    {
        if (node.Kind != DocumentKind.Object) throw Wrong(node, at, $"names and values are expected instead of {node.Describe()}");
        if (node.Members.Count > MaxTags) throw Wrong(node, at, $"there are more than {MaxTags}");
        ImmutableSortedDictionary<string, string>.Builder tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, int line, DocumentNode value) in node.Members)
        {
            string member = $"{at}.{DocumentNode.Shown(name)}";
            if (!IsText(name)) throw DocumentLimits.Error(file, line, $"{member}: a name of 1 to {MaxText} characters without control characters is expected");
            if (value.Kind is not (DocumentKind.Text or DocumentKind.Number or DocumentKind.Boolean)) throw Wrong(value, member, $"a text, a number or true or false is expected instead of {value.Describe()}");
            if (value.Value.Length > MaxText || value.Value.Any(char.IsControl)) throw Wrong(value, member, $"at most {MaxText} characters without control characters are expected");
            if (!tags.TryAdd(name, value.Value)) throw DocumentLimits.Error(file, line, $"{member}: it is there twice");
        }

        return tags.ToImmutable();
    }

    private Dictionary<string, DocumentNode> Members(DocumentNode node, string at, ReadOnlySpan<string> known, ReadOnlySpan<string> required)
    {
        if (node.Kind != DocumentKind.Object) throw Wrong(node, at, $"an object is expected instead of {node.Describe()}");
        Dictionary<string, DocumentNode> members = new(StringComparer.Ordinal);
        foreach ((string name, int line, DocumentNode value) in node.Members)
        {
            string member = at.Length == 0 ? DocumentNode.Shown(name) : $"{at}.{DocumentNode.Shown(name)}";
            if (!known.Contains(name)) throw DocumentLimits.Error(file, line, $"{member}: there is no such member; there are {string.Join(", ", known!)}");
            if (!members.TryAdd(name, value)) throw DocumentLimits.Error(file, line, $"{member}: it is there twice");
        }

        foreach (string name in required)
        {
            if (!members.ContainsKey(name)) throw DocumentLimits.Error(file, node.Line, $"{(at.Length == 0 ? name : $"{at}.{name}")}: it is missing");
        }

        return members;
    }

    private FleetNode Known(DocumentNode node, string at, ImmutableArray<FleetNode> nodes)
    {
        string name = Text(node, at);
        return nodes.FirstOrDefault(n => n.Name == name) ?? throw Wrong(node, at, $"there is no node '{DocumentNode.Shown(name)}'");
    }

    private int Choice(DocumentNode node, string at, string[] choices)
    {
        int choice = node.Kind == DocumentKind.Text ? Array.IndexOf(choices, node.Value) : -1;
        return choice >= 0 ? choice : throw Wrong(node, at, $"{node.Describe()} is none of {string.Join(", ", choices)}");
    }

    private string Text(DocumentNode node, string at)
    {
        if (node.Kind != DocumentKind.Text) throw Wrong(node, at, $"a text is expected instead of {node.Describe()}{(node.Kind is DocumentKind.Number or DocumentKind.Boolean ? ": put it in quotes" : "")}");
        return IsText(node.Value) ? node.Value : throw Wrong(node, at, $"1 to {MaxText} characters without control characters are expected, no blanks at the ends");
    }

    private static bool IsText(string text) => text.Length is >= 1 and <= MaxText && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]) && !text.Any(char.IsControl);

    private double Number(DocumentNode node, string at, double least, double most)
    {
        if (node.Kind != DocumentKind.Number || !double.TryParse(node.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            throw Wrong(node, at, $"a number is expected instead of {node.Describe()}");
        return value >= least && value <= most ? value : throw Wrong(node, at, $"{DocumentNode.Shown(node.Value)} is not from {least:0} to {most:0.##}");
    }

    private bool Boolean(DocumentNode node, string at) =>
        node.Kind == DocumentKind.Boolean ? node.Value == "true" : throw Wrong(node, at, $"true or false is expected instead of {node.Describe()}");

    private T Unit<T>(DocumentNode node, string at, string example, Regex form, Func<string, T> parse, Func<T, bool> holds)
    {
        try
        {
            if (node.Kind == DocumentKind.Text && form.IsMatch(node.Value) && parse(node.Value) is var value && holds(value)) return value;
        }
        catch (IsthmusException)
        {
            // Said below, with its place.
        }

        throw Wrong(node, at, $"{node.Describe()} is not what is expected: write it with its unit, as {example}");
    }

    [GeneratedRegex(@"^(unlimited|[0-9]{1,12}(\.[0-9]{1,6})?(bit|kbit|mbit|gbit))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^[0-9]{1,9}(\.[0-9]{1,6})?(ms|s)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Duration();

    private Uri Address(DocumentNode node, string at)
    {
        try
        {
            Uri url = NodeClient.ParseUrl(Text(node, at));
            return url is { PathAndQuery: "/", UserInfo: "", Fragment: "" } ? url : throw Wrong(node, at, "write it as http://HOST:PORT, without a path");
        }
        catch (IsthmusException e) when (!e.Message.StartsWith("The fleet", StringComparison.Ordinal))
        {
            throw Wrong(node, at, e.Message.TrimEnd('.'));
        }
    }

    private static T? Optional<T>(Dictionary<string, DocumentNode> members, string name, Func<DocumentNode, T> read)
        where T : class => members.TryGetValue(name, out DocumentNode? node) ? read(node) : null;

    private static T? Optional<T>(Dictionary<string, DocumentNode> members, string name, Func<DocumentNode, T> read, T? absent = null)
        where T : struct => members.TryGetValue(name, out DocumentNode? node) ? read(node) : absent;

    private IsthmusException Wrong(DocumentNode node, string member, string reason) => DocumentLimits.Error(file, node.Line, member.Length == 0 ? reason : $"{member}: {reason}");
}
