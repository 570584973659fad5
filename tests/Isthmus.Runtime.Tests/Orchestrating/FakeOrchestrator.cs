using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Isthmus.Runtime.Tests.Orchestrating;

/// <summary>A server that answers what a test says; null: it takes the request and never answers.</summary>
internal sealed class FakeOrchestrator : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _requests;

    public FakeOrchestrator(Func<string, string?> answer)
    {
        Answer = answer;
        Url = new($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public Uri Url { get; }

    public int Requests => Volatile.Read(ref _requests);

    public Func<string, string?> Answer { get; set; }

    public static int FreePort()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Abort();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Interlocked.Increment(ref _requests);
                if (Answer(context.Request.Url!.AbsolutePath) is not { } body) continue;
                context.Response.ContentType = "application/json";
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // It is over, or the client went away.
            }
        }
    }
}
