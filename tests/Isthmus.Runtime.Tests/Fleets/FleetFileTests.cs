using System.Text;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Fleets;
using Isthmus.Tests.Shared;

namespace Isthmus.Runtime.Tests.Fleets;

public sealed class FleetFileTests
{
    private const string Small = "version: 1\nnodes:\n- {name: device, tier: device}\n- {name: e, tier: edge, url: http://e:8500}\n- {name: c, tier: cloud, url: http://c:8500}\n";

    private static string Sample(string name) => Path.Combine(DevelopmentData.Repository, "samples", "fleet", name);

    private static string Describe(Fleet fleet) => JsonSerializer.Serialize(fleet);

    [Fact]
    public void Load_TheSample_IsWhatItSays()
    {
        Fleet fleet = FleetFile.Load(Sample("fleet.yaml"));
        Assert.Equal(["device", "kiosk", "edge-a", "edge-b", "cloud"], fleet.Nodes.Select(n => n.Name));
        Assert.Equal("device", fleet.Local!.Name);
        Assert.Equal(new NodePower(4.5, 1.2), fleet.Node("device").Power);
        Assert.Equal(Tier.Device, fleet.Node("kiosk").Tier);
        Assert.Equal("kiosk.example", fleet.MachineOf(fleet.Node("kiosk")));
        Assert.Equal("rack-1", fleet.MachineOf(fleet.Node("edge-b")));
        Assert.Equal(0.9, fleet.Node("cloud").PricePerHour);
        Assert.Equal("false", fleet.Node("cloud").Tags["spot"]);
        Assert.Equal(6, fleet.Links.Length);
        FleetLink stated = fleet.Link("device", "edge-b")!;
        Assert.Equal((new BitsPerSecond(80e6), new Milliseconds(4)), (stated.Bandwidth!.Value, stated.RoundTrip!.Value));
        Assert.True(stated.IsStated);
        Assert.False(fleet.Link("device", "edge-a")!.IsStated);
        Assert.Equal(5e-7, fleet.Link("kiosk", "edge-a")!.JoulesPerByte);
        Assert.Null(fleet.Link("kiosk", "cloud"));
    }

    [Fact]
    public void Parse_WithoutLinks_HasEveryLinkOutwards() =>
        Assert.Equal(["device-e", "device-c", "e-c"], FleetFile.Parse(Small, "f.yaml").Links.Select(l => $"{l.From}-{l.To}"));

    [Theory]
    [InlineData("http://127.0.0.1:1", "localhost")]
    [InlineData("http://localhost:1", "localhost")]
    [InlineData("http://[::1]:1", "localhost")]
    [InlineData("http://Edge:1", "edge")]
    public void MachineOf_Address_IsItsHost(string url, string machine) =>
        Assert.Equal(machine, new Fleet([], []).MachineOf(new FleetNode("e", Tier.Edge, new Uri(url))));

    [Fact]
    public void MachineOf_LoopbackNodeOfAFleetWhoseDeviceHasAName_IsThatMachine()
    {
        Fleet fleet = FleetFile.Parse("version: 1\nnodes:\n- {name: device, tier: device, machine: desk}\n- {name: e, tier: edge, url: 'http://localhost:1'}\n- {name: f, tier: edge, url: 'http://localhost:2', machine: box}", "f.yaml");
        Assert.Equal(["desk", "desk", "box"], fleet.Nodes.Select(fleet.MachineOf));
    }

    [Theory]
    [InlineData("version: 1", 1, "nodes: it is missing")]
    [InlineData("version: 2\nnodes: [{name: device, tier: device}]", 1, "version: it is 2")]
    [InlineData("version: \"1\"\nnodes: [{name: device, tier: device}]", 1, "version: a number is expected")]
    [InlineData("version: 1\nnodes: []", 2, "nodes: there must be 1 to 64 nodes")]
    [InlineData("version: 1\nnodes: device", 2, "nodes: a list is expected instead of 'device'")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, cores: 4}", 3, "nodes[0].cores: there is no such member")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device}\n- {name: e, name: e, tier: edge, url: http://e}", 4, "nodes[1].name: it is there twice")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device}\n- name: device\n  tier: edge\n  url: http://e", 4, "nodes[1].name: 'device' is there twice")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device}\n- {name: e, tier: edge, url: http://e}\n- {name: f, tier: edge, url: 'http://E:80/'}", 5, "nodes[2].url: two nodes have the address e")]
    [InlineData("version: 1\nnodes:\n- {name: e, tier: edge, url: http://e}", 3, "nodes: at least one node must be a device")]
    [InlineData("version: 1\nnodes:\n- {name: e, tier: edge}", 3, "nodes[0].url: it is missing")]
    [InlineData("version: 1\nnodes:\n- {name: phone, tier: device}", 3, "nodes[0].name: a node without a url is this machine, and must be called 'device'")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, url: http://d}", 3, "nodes[0].name: 'device' is this machine")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: devise}", 3, "nodes[0].tier: 'devise' is none of device, edge, cloud")]
    [InlineData("version: 1\nnodes:\n- {name: 7, tier: device, url: http://d}", 3, "nodes[0].name: a text is expected instead of the number 7: put it in quotes")]
    [InlineData("version: 1\nnodes:\n- {name: d, tier: device, url: d:80/x}", 3, "nodes[0].url: 'd:80/x' is not the address of a node")]
    [InlineData("version: 1\nnodes:\n- {name: d, tier: device, url: 'http://me@d:80'}", 3, "nodes[0].url: write it as http://HOST:PORT, without a path")]
    [InlineData("version: 1\nnodes:\n- {name: d, tier: device, url: http://d, slowdown: 2}", 3, "nodes[0].slowdown: only this machine")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, pricePerHour: -1}", 3, "nodes[0].pricePerHour: -1 is not from 0")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, pricePerHour: .inf}", 3, "nodes[0].pricePerHour: a number is expected")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, power: {busy: 1, idle: 2}}", 3, "nodes[0].power: a node that computes does not draw less")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, power: 4}", 3, "nodes[0].power: an object is expected instead of the number 4")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, tags: {a: [1]}}", 3, "nodes[0].tags.a: a text, a number or true or false is expected instead of a list")]
    [InlineData("version: 1\nnodes:\n- {name: device, tier: device, machine: }", 3, "nodes[0].machine: a text is expected instead of nothing")]
    [InlineData(Small + "links:\n- {from: device, to: x}", 7, "links[0].to: there is no node 'x'")]
    [InlineData(Small + "links:\n- {from: c, to: e}", 7, "links[0]: a link leads outwards, from device to edge to cloud, and this one leads from cloud to edge")]
    [InlineData(Small + "links:\n- {from: e, to: e}", 7, "links[0]: a link leads outwards")]
    [InlineData(Small + "links:\n- {from: device, to: e}\n- {from: device, to: e}", 8, "links[1]: the link from 'device' to 'e' is there twice")]
    [InlineData(Small + "links:\n- {from: device, to: e, bandwidth: 8}", 7, "links[0].bandwidth: the number 8 is not what is expected: write it with its unit, as 8mbit")]
    [InlineData(Small + "links:\n- {from: device, to: e, bandwidth: 8mb}", 7, "links[0].bandwidth: '8mb' is not what is expected")]
    [InlineData(Small + "links:\n- {from: device, to: e, bandwidth: 0mbit}", 7, "links[0].bandwidth: '0mbit' is not what is expected")]
    [InlineData(Small + "links:\n- {from: device, to: e, roundTrip: 25}", 7, "links[0].roundTrip: the number 25 is not what is expected: write it with its unit, as 25ms")]
    [InlineData(Small + "links:\n- {from: device, to: e, roundTrip: 2h}", 7, "links[0].roundTrip: '2h' is not")]
    [InlineData(Small + "links:\n- {from: device, to: e, emulated: yes}", 7, "links[0].emulated: true or false is expected instead of 'yes'")]
    [InlineData("version: 1\nnodes: &all\n- {name: device, tier: device}", 2, "anchors (&name) are not allowed")]
    [InlineData("version: 1\nnodes: *all", 2, "aliases (*name) are not allowed")]
    [InlineData("version: !!int 1\nnodes: []", 1, "tags (!name) are not allowed")]
    [InlineData("version: 1\n---\nversion: 1", 2, "a second document begins here")]
    [InlineData("? [a]\n: 1", 1, "the name of a member must be a text")]
    [InlineData("a: [1,\nb: 2", 1, "this is no YAML")]
    [InlineData("a: b: c", 1, "this is no YAML")]
    [InlineData("", 1, "the file is empty")]
    [InlineData("[[[[[[[[[[[]]]]]]]]]]]", 1, "lists and objects are nested deeper than 8")]
    public void Parse_BrokenRule_NamesLineAndMember(string yaml, int line, string reason)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => FleetFile.Parse(yaml, "f.yaml"));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.StartsWith($"The fleet 'f.yaml' cannot be used: line {line}: {reason}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n \"version\": 1,\n \"nodes\": [{\"name\": \"device\", \"tier\": \"device\", \"x\": 1}]\n}", 3, "nodes[0].x: there is no such member")]
    [InlineData("{\"version\": 1,\n \"version\": 1, \"nodes\": []}", 2, "version: it is there twice")]
    [InlineData("{\"version\": 1,\n \"nodes\": [1]\n", 3, "this is no JSON")]
    [InlineData("{\"version\": 1, // one\n \"nodes\": []}", 1, "this is no JSON")]
    [InlineData("[[[[[[[[[[[]]]]]]]]]]]", 1, "this is no JSON")]
    [InlineData("{\"version\": \"\\ud800\"}", 1, "this is no JSON: a text is not valid Unicode")]
    public void Parse_BrokenJson_NamesLineAndMember(string json, int line, string reason)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => FleetFile.Parse(json, "f.json"));
        Assert.StartsWith($"The fleet 'f.json' cannot be used: line {line}: {reason}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AliasBomb_IsRefusedAtItsFirstAnchor()
    {
        StringBuilder bomb = new("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (char c = 'b'; c <= 'z'; c++) bomb.Append(c).Append(": &").Append(c).Append(" [").AppendJoin(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9)).Append("]\n");
        Assert.Contains("line 1: anchors", Assert.Throws<IsthmusException>(() => FleetFile.Parse(bomb.ToString(), "f.yaml")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "[")]
    [InlineData("{a: ", "{a: ")]
    [InlineData("- ", "- ")]
    [InlineData("? ", "? ")]
    [InlineData("nodes: [", "x,")]
    [InlineData("", "- a\n")]
    [InlineData("", "a: b\n")]
    [InlineData("\"", "a")]
    [InlineData("a: |\n", " b\n")]
    [InlineData("", "\n")]
    [InlineData("#", "#")]
    [InlineData("", "%TAG ! a\n")]
    public void Parse_LargeHostileYaml_IsRefused(string start, string repeated)
    {
        StringBuilder text = new(start);
        while (text.Length < FleetFile.MaxBytes) text.Append(repeated);
        Assert.Throws<IsthmusException>(() => FleetFile.Parse(text.ToString(0, FleetFile.MaxBytes), "f.yaml"));
    }

    [Fact]
    public void Parse_RandomFleet_IsTheSameFromYamlAndJson()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            DocumentNode document = new RandomDocuments(seed).Fleet();
            Fleet fleet = new FleetReader("f").Read(document);
            Assert.Equal(Describe(fleet), Describe(FleetFile.Parse(RandomDocuments.Yaml(document), "f.yaml")));
            Assert.Equal(Describe(fleet), Describe(FleetFile.Parse(RandomDocuments.Json(document), "f.json")));
            Assert.Equal(Describe(fleet), Describe(FleetFile.Parse(RandomDocuments.Json(document), "f")));
        }
    }

    [Fact]
    public void Schema_RandomDocuments_AcceptsAllThatTheReaderAcceptsAndOnlyWhatBreaksNoFormRule()
    {
        SchemaValidator schema = new(JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Sample("fleet.schema.json"))));
        Assert.True(schema.IsValid(FleetFile.Document(File.ReadAllText(Sample("fleet.yaml")), "fleet.yaml")));
        // Rules that a form cannot say; docs/fleet.md lists them.
        string[] beyond =
        [
            "is there twice", "there is no node", "a link leads outwards", "it is missing: only this machine", "it is missing: one node", "must be called 'device'", "is this machine, which has no url",
            "only this machine is slowed down", "does not draw less", "two nodes have the address", "at least one node must be a device", "is not the address of a node",
        ];
        int accepted = 0, refused = 0;
        for (int seed = 0; seed < 4000; seed++)
        {
            RandomDocuments random = new(seed);
            DocumentNode document = random.Changed(random.Fleet());
            string? error = null;
            try
            {
                new FleetReader("f").Read(document);
            }
            catch (IsthmusException e)
            {
                error = e.Message;
            }

            bool valid = schema.IsValid(document);
            if (error is null)
            {
                accepted++;
                Assert.True(valid, $"seed {seed}: the schema refuses {RandomDocuments.Json(document)}");
            }
            else if (valid)
            {
                Assert.True(beyond.Any(b => error.Contains(b, StringComparison.Ordinal)), $"seed {seed}: the schema accepts what the reader refuses: {error}");
            }
            else
            {
                refused++;
            }
        }

        Assert.True(accepted > 100 && refused > 1000, $"{accepted} accepted, {refused} refused");
    }

    [Theory]
    [InlineData("f.yaml")]
    [InlineData("f.json")]
    public void Parse_MutatedText_IsReadOrRefused(string name)
    {
        Random random = new(1);
        string yaml = File.ReadAllText(Sample("fleet.yaml"));
        const string Specials = "{}[]:-,#&*!|>'\"%@`?\\ \n\t\0\u0085\ufeff\ud800~<.0123456789ab";
        for (int round = 0; round < 3000; round++)
        {
            StringBuilder text = new(name == "f.yaml" ? yaml : RandomDocuments.Json(new RandomDocuments(round).Fleet()));
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0:
                        text[at] = Specials[random.Next(Specials.Length)];
                        break;
                    case 1:
                        text.Insert(at, Specials[random.Next(Specials.Length)]);
                        break;
                    case 2:
                        text.Remove(at, Math.Min(text.Length - at, random.Next(1, 30)));
                        break;
                    default:
                        text.Insert(at, text.ToString(at, Math.Min(text.Length - at, random.Next(1, 60))));
                        break;
                }
            }

            try
            {
                FleetFile.Parse(text.ToString(), name);
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Usage, e.Kind);
                Assert.True(e.Message.Length < 600 && !e.Message.Any(char.IsControl), e.Message);
            }
        }
    }
}
