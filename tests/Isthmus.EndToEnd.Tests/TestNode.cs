using System.Globalization;
using System.Text.RegularExpressions;
using Isthmus.Runtime.Transport;

namespace Isthmus.EndToEnd.Tests;

/// <summary>A node as a process of its own, ready for requests, with a folder of its own.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private TestNode(IsthmusProcess process, TestFolder folder, Uri url)
    {
        Process = process;
        Folder = folder;
        Url = url;
    }

    public IsthmusProcess Process { get; }

    public TestFolder Folder { get; }

    public Uri Url { get; }

    /// <summary>Starts a node of a tier on a free port, with further options of `serve`.</summary>
    public static async Task<TestNode> StartAsync(string tier, params string[] options)
    {
        TestFolder folder = new();
        IsthmusProcess process = IsthmusProcess.Start(["serve", "--tier", tier, "--listen", "http://127.0.0.1:0", "--data", folder["data"], .. options]);
        try
        {
            return new TestNode(process, folder, await process.ReadyAsync());
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A client as Isthmus itself uses it.</summary>
    public NodeClient Client() => new(Url);

    /// <summary>A client that knows nothing of Isthmus: HTTP/1.1.</summary>
    public HttpClient StockClient() => new() { BaseAddress = Url };

    /// <summary>The sum of a metric's values in Prometheus' text form.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using HttpClient client = StockClient();
        string text = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return Regex.Matches(text, $@"^{name}(?:\{{.*\}})? (?<value>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
            .Sum(m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Folder.Dispose();
    }
}
