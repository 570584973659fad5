using System.Net;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Node.Orchestrating;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Runtime.Transport;

namespace Isthmus.Node.Tests.Orchestrating;

public sealed class OrchestratorServerTests : IAsyncLifetime
{
    private OrchestratorServer _server = null!;
    private OrchestratorClient _client = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await OrchestratorServer.StartAsync(new() { Listen = "http://127.0.0.1:0", LogFormat = NodeLogFormat.None }, Token);
        _client = new(new Uri(_server.Url));
        _http = new() { BaseAddress = new Uri(_server.Url) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage response)
    {
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        return json.RootElement.GetProperty("error").GetString()!;
    }

    [Fact]
    public async Task Client_AWholeDay_EverythingIsAnswered()
    {
        NodeAcknowledgement told = await _client.ReportNodeAsync("edge", FleetFixture.Report(), Token);
        Assert.Equal((false, 1000), (told.Doubted, told.IntervalMs));
        UserRegistration menu = FleetFixture.Menu() with { Device = new(0.5, 0.5) { Links = [new("edge", 50, 2)] } };
        PlanAdvice advice = await _client.RegisterAsync("ann é", menu, Token);
        Assert.Equal(menu.MenuId(), advice.Menu);
        advice = await _client.AskAsync("ann é", new(advice.Menu), Token);
        advice = await _client.ReportAsync("ann é", new(advice.Menu, advice.Action!.Value, 30), Token);
        OrchestratorState state = await _client.StateAsync(Token);
        Assert.Equal("ann é", Assert.Single(state.Users).Name);
        Assert.Equal(["cloud", "edge"], state.Nodes.Select(n => n.Name).Union(["cloud"]).Order());
        string metrics = await _http.GetStringAsync("/metrics", Token);
        Assert.Contains("isthmus_orchestrator_requests_total{what=\"report\",outcome=\"answered\"} 1", metrics, StringComparison.Ordinal);
        await _client.LeaveAsync("ann é", Token);
        Assert.Equal(NodeFailure.Unknown, (await Assert.ThrowsAsync<NodeException>(() => _client.AskAsync("ann é", new(advice.Menu), Token))).Failure);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/v2/health/ready", Token)).StatusCode);
    }

    [Fact]
    public async Task Put_AMenuTooLarge_Is413()
    {
        using HttpResponseMessage response = await _http.PutAsync("/v1/users/a", new StringContent(new string(' ', OrchestrationLimits.MaxBody + 10)), Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"actions":null}""")]
    [InlineData("""{"actions":[null]}""")]
    [InlineData("""{"actions":[]}""")]
    [InlineData("""{"actions":[{"name":"a","node":null,"deviceMs":1e999,"bytes":0,"nodeMs":0,"accuracy":1}]}""")]
    [InlineData("""{"actions":[{"name":"a","node":null,"deviceMs":"1","bytes":0,"nodeMs":0,"accuracy":1}]}""")]
    [InlineData("""{"actions":[{"name":"a","node":null,"deviceMs":1,"bytes":0,"nodeMs":0,"accuracy":1,"plan":{"version":1}}]}""")]
    [InlineData("""{"actions":[{"name":"a","node":"../..","deviceMs":1,"bytes":0,"nodeMs":0,"accuracy":1}]}""")]
    public async Task Put_AMenuThatIsNone_Is400WithOneSentence(string body)
    {
        using HttpResponseMessage response = await _http.PutAsync("/v1/users/a", new StringContent(body), Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain('\n', await ErrorAsync(response));
    }

    [Fact]
    public async Task Any_DeeplyNestedJson_Is400()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"actions\":[", 20_000));
        using HttpResponseMessage response = await _http.PutAsync("/v1/users/a", new StringContent(deep), Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    // Good bodies, damaged: whatever comes, the parser reads it or refuses it with a typed error, and does no more.
    [Fact]
    public void Parse_DamagedBodies_AreReadOrRefused()
    {
        byte[][] good =
        [
            JsonSerializer.SerializeToUtf8Bytes(FleetFixture.Menu() with { Device = new(0.5, 0.5) { Links = [new("edge", 50, 2)] }, MinAccuracy = 0.5 }, IsthmusJson.Compact),
            JsonSerializer.SerializeToUtf8Bytes(FleetFixture.Report(), IsthmusJson.Compact),
            JsonSerializer.SerializeToUtf8Bytes(new PlanQuestion("0123456789abcdef"), IsthmusJson.Compact),
            JsonSerializer.SerializeToUtf8Bytes(new RequestOutcome("0123456789abcdef", 2, 31.5), IsthmusJson.Compact),
        ];
        string[] pieces = ["null", "1e999", "-1", "\"\\ud800\"", "[[[[[[[[", "{\"a\":", "9223372036854775808", "NaN", "\"\u0000\"", "true", ",", "\uffff"];
        Random random = new(7);
        int read = 0;
        FleetOrchestrator fleet = new(new() { PolicyFolder = null });
        for (int i = 0; i < 40_000; i++)
        {
            List<byte> body = [.. good[i % 4]];
            for (int n = random.Next(1, 4); n > 0 && body.Count > 0; n--)
            {
                int at = random.Next(body.Count);
                switch (random.Next(5))
                {
                    case 0: body[at] = (byte)random.Next(256); break;
                    case 1: body.RemoveRange(at, Math.Min(random.Next(1, 20), body.Count - at)); break;
                    case 2: body.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)])); break;
                    case 3: body.RemoveRange(at, body.Count - at); break;
                    default: body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 60), body.Count - at))); break;
                }
            }

            try
            {
                byte[] json = [.. body];
                switch (i % 4)
                {
                    case 0: fleet.Register("a", OrchestratorEndpoints.Parse<UserRegistration>(json, "a menu")); break;
                    case 1: fleet.ReportNode("edge", OrchestratorEndpoints.Parse<NodeReport>(json, "a report")); break;
                    case 2: fleet.Ask("a", OrchestratorEndpoints.Parse<PlanQuestion>(json, "a question")); break;
                    default: fleet.Report("a", OrchestratorEndpoints.Parse<RequestOutcome>(json, "a report")); break;
                }

                read++;
            }
            catch (IsthmusException)
            {
                // One sentence; that is how it should be.
            }

            if (i % 100 == 0) fleet.Tick();
        }

        Assert.InRange(read, 100, 39_000);
    }
}
