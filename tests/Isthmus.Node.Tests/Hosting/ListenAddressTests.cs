using Isthmus.Core.Errors;
using Isthmus.Node.Hosting;

namespace Isthmus.Node.Tests.Hosting;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8500", "127.0.0.1:8500", "http://127.0.0.1:8500")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", "http://127.0.0.1:0")]
    [InlineData("http://localhost:80/", "127.0.0.1:80", "http://localhost:80")]
    [InlineData("http://[::1]:81", "[::1]:81", "http://[::1]:81")]
    [InlineData("http://*:82", "[::]:82", "http://0.0.0.0:82")]
    public void Parse_Address_GivesEndPoint(string text, string endPoint, string url)
    {
        ListenAddress address = ListenAddress.Parse(text);
        Assert.Equal(endPoint, address.EndPoint.ToString());
        Assert.Equal(url, address.Url(address.EndPoint.Port));
    }

    [Theory]
    [InlineData("https://127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://example.org:1")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("")]
    public void Parse_NoAddress_IsRefused(string text) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => ListenAddress.Parse(text)).Kind);
}
