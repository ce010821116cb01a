from ninja import Schema
class Filters(Schema):
    pass
